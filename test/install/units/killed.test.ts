import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunView } from '../../../src/protocol/views.ts'
import { answersFor, approve, ended, ok } from './support/decide.ts'
import { ADMIN, bootUnitHost, type Speaker, type UnitHost } from './support/unit-host.ts'

let host: UnitHost
let bot: Speaker
let people = 0
const shell = (script: string) => host.shell(script)
const main = () => host.property('usher-worker', 'MainPID')

beforeAll(async () => {
  host = await bootUnitHost({ smoke: { agent_command: ['true'] } })
  // A start is not what is tested here.
  await shell(`mkdir -p /run/systemd/system/usher-worker.service.d
    printf '[Unit]\\nStartLimitIntervalSec=0\\n[Service]\\nRestartSec=100ms\\nWatchdogSec=3s\\n' \\
      >/run/systemd/system/usher-worker.service.d/quick.conf
    systemctl daemon-reload; systemctl start usher-worker`)
  bot = host.asBot()
})
afterAll(async () => {
  bot?.end()
  await host?.stop()
})

/** Approves a new person and gives the run that was queued. */
async function begin(): Promise<{ name: string; run: number }> {
  people += 1
  const name = `p${people}`
  const drafted = await bot.asks('request.draft', { answers: answersFor(name, 1000 + people) }, ADMIN)
  const { run_id } = await approve(bot, ok(drafted).request)
  return { name, run: run_id! }
}

/** What is on the host of somebody, each as a word. */
const traces = (name: string, id: number) =>
  shell(`for file in passwd shadow group gshadow subuid subgid; do ! grep -q "^${name}:" /etc/$file || echo $file; done
    [ ! -e /home/${name} ] || stat -c 'home %U %a' /home/${name}
    ! grep -q "os_user: ${name}$" /etc/usher/users.yaml || echo roster
    [ ! -e /var/lib/usher/data/memory/${id}/MEMORY.md ] || stat -c 'memory %U' /var/lib/usher/data/memory/${id}/MEMORY.md
    ls -A /home /var/lib/usher/data/memory | grep -e '[.]usher-new' -e '^[.]usher-[^q]' || true
    ps -eo args= | grep -e '[u]seradd' -e '[u]serdel' -e '[s]etpriv' || true
    ls /etc/*.lock 2>/dev/null || true
    systemctl list-units --no-legend --all 'usher-person-*'`)

const whole = (name: string) =>
  [
    'passwd',
    'shadow',
    'group',
    'gshadow',
    'subuid',
    'subgid',
    `home ${name} 700`,
    'roster',
    `memory ${name}`,
  ].join('\n')

async function expectConverged(name: string, run: RunView): Promise<void> {
  const found = await traces(name, 1000 + people)
  if (run.state === 'succeeded') expect(found).toBe(whole(name))
  else expect([run.state, found]).toEqual(['undone', ''])
}

describe('a run whose worker is killed by SIGKILL', () => {
  // Spread over the whole of a run, which takes some 250 ms.
  test.for([0, 10, 20, 30, 45, 60, 80, 100, 130, 160, 200, 250])(
    'goes on in the next one, %i ms after it was approved',
    { timeout: 60_000 },
    async (after) => {
      const before = await main()
      const { name, run } = await begin()
      await sleep(after)
      await shell(`kill -KILL ${before} 2>/dev/null || true`)
      await expectConverged(name, await ended(bot, run))
      expect(await main()).not.toBe(before)
    },
  )

  test('leaves no useradd behind that goes on beside the next one', { timeout: 60_000 }, async () => {
    await shell(`mv /usr/sbin/useradd /usr/sbin/useradd.real
      printf '#!/bin/sh\\n[ -e /etc/usher/fast ] || { touch /etc/usher/fast; sleep 20; }\\nexec /usr/sbin/useradd.real "$@"\\n' >/usr/sbin/useradd
      chmod 755 /usr/sbin/useradd`)
    try {
      const { name, run } = await begin()
      await expect
        .poll(() => shell('pgrep -fc "^/bin/sh /usr/sbin/useradd" || true'), { timeout: 10_000 })
        .toBe('1')
      const slow = await shell('pgrep -f "^/bin/sh /usr/sbin/useradd"')
      await shell(`kill -KILL ${await main()}`)
      await expect
        .poll(async () => (await host.systemd.run(['kill', '-0', slow])).status, { timeout: 5_000 })
        .toBe(1)
      await expectConverged(name, await ended(bot, run))
    } finally {
      await shell('mv /usr/sbin/useradd.real /usr/sbin/useradd; rm -f /etc/usher/fast')
    }
  })

  test('ends a probe that it had started as the person', { timeout: 60_000 }, async () => {
    await shell(
      `printf '#!/bin/sh\\n[ -e /srv/fast ] || sleep 600\\n' >/usr/local/bin/slow-agent; chmod 755 /usr/local/bin/slow-agent`,
    )
    await host.writeConfig({ smoke: { agent_command: ['slow-agent'] } })
    await shell('systemctl restart usher-worker')
    const { name, run } = await begin()
    const probes = () => shell('pgrep -fc "^/bin/sh /usr/local/bin/slow-agent" || true')
    await expect.poll(probes, { timeout: 10_000 }).toBe('1')
    const probe = await shell('pgrep -f "^/bin/sh /usr/local/bin/slow-agent"')
    await shell(`touch /srv/fast; kill -KILL ${await main()}`)
    await expectConverged(name, await ended(bot, run))
    expect((await host.systemd.run(['kill', '-0', probe])).status).toBe(1)
  })
})

describe('a run whose worker hangs', () => {
  test('goes on in the next one, which the watchdog starts', { timeout: 60_000 }, async () => {
    const before = await main()
    const { name, run } = await begin()
    await sleep(50)
    await shell(`kill -STOP ${before}`)
    await expectConverged(name, await ended(bot, run))
    expect(await main()).not.toBe(before)
  })
})

describe('a run whose worker is told to stop', () => {
  test('goes on when it is started again', { timeout: 60_000 }, async () => {
    const { name, run } = await begin()
    await sleep(60)
    await shell('systemctl restart usher-worker')
    expect(await host.property('usher-worker', 'Result')).toBe('success')
    await expectConverged(name, await ended(bot, run))
  })
})
