import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bootUnitHost, type ServiceName, startBotApi, type UnitHost } from './support/unit-host.ts'

const services = ['usher-worker', 'usher-bot', 'usher-witness'] as const satisfies ServiceName[]

let host: UnitHost
const shell = (script: string) => host.shell(script)
const property = (unit: string, name: string) => host.property(unit, name)
const soon = { timeout: 25_000, interval: 200 }
const becomes = (unit: string, name: string, value: string) =>
  expect.poll(() => property(unit, name), soon).toBe(value)

beforeAll(async () => {
  host = await bootUnitHost({ witness: {} })
  // Quicker than on a host, so that the suite need not wait half a minute for each sign of life that is missing.
  for (const unit of services) {
    await shell(`mkdir -p /run/systemd/system/${unit}.service.d
      printf '[Service]\\nWatchdogSec=3s\\nRestartSec=100ms\\n' >/run/systemd/system/${unit}.service.d/quick.conf`)
  }
  await shell('systemctl daemon-reload')
  await startBotApi(host)
})
afterAll(async () => {
  await host?.stop()
})
beforeEach(async () => {
  await shell('systemctl reset-failed; systemctl start usher-worker usher-bot usher-witness')
})

describe('the units, started together,', () => {
  test('say that they serve, and for whom', async () => {
    expect(await property('usher-worker', 'StatusText')).toBe('ready: 0 running, 0 waiting')
    await becomes('usher-bot', 'StatusText', 'ready: serves as @usher_bot')
    await becomes('usher-witness', 'StatusText', 'ready: serves as @usher_witness_bot')
    expect(await shell('usher status --json')).toContain('"ready": true')
  })

  test('have no HOME and nobody else in their environment', async () => {
    const names = await shell(
      "tr '\\0' '\\n' </proc/$(systemctl show --value --property=MainPID usher-worker)/environ | cut -d= -f1",
    )
    expect(names.split('\n')).not.toContain('HOME')
    expect(names.split('\n')).not.toContain('USER')
  })

  test('stay while they give signs of life', async () => {
    const pids = () => Promise.all(services.map((unit) => property(unit, 'MainPID')))
    const before = await pids()
    await shell('sleep 7')
    expect(await pids()).toEqual(before)
  })
})

describe.for(services)('%s', (unit) => {
  test.for([
    ['is killed', 'KILL'],
    ['hangs', 'STOP'],
  ] as const)('comes back when it %s', async ([, signal]) => {
    const pid = await property(unit, 'MainPID')
    const restarts = Number(await property(unit, 'NRestarts'))
    await shell(`kill -${signal} ${pid}`)
    await becomes(unit, 'NRestarts', String(restarts + 1))
    await becomes(unit, 'ActiveState', 'active')
    expect(await property(unit, 'MainPID')).not.toBe(pid)
    expect((await host.systemd.run(['kill', '-0', pid])).status).toBe(1)
    await expect.poll(() => property(unit, 'StatusText'), soon).toMatch(/^ready/)
  })

  test.for(['stop', 'restart'])('is no failure after systemctl %s', async (verb) => {
    await shell(`systemctl ${verb} ${unit}`)
    expect(await property(unit, 'Result')).toBe('success')
    expect(await property(unit, 'ActiveState')).toBe(verb === 'stop' ? 'inactive' : 'active')
    expect(await property(`usher-failed@${unit}.service`, 'ExecMainStartTimestampMonotonic')).toBe('0')
  })

  test('ends in a message that says what to do when it ends too often', async () => {
    await shell(`systemctl stop ${unit}; printf '[Service]\\nExecStart=\\nExecStart=/bin/sh -c "echo begun; exit 1"\\n' \\
      >/run/systemd/system/${unit}.service.d/broken.conf; systemctl daemon-reload`)
    try {
      await host.systemd.run(['systemctl', 'start', unit])
      await becomes(unit, 'ActiveState', 'failed')
      // Those of the tests before count as well.
      const begun = Number(await shell(`journalctl --unit ${unit} --output cat | grep -c '^begun$'`))
      expect(begun).toBeGreaterThan(1)
      expect(begun).toBeLessThanOrEqual(10)
      await expect
        .poll(() => shell(`systemctl status --no-pager ${unit} || true`), soon)
        .toContain(
          `cannot keep ${unit}.service running: it ended too often, or cannot start with what it has. See why: journalctl -u ${unit}.service -n 50; mend it (sudo usher doctor), then: systemctl reset-failed ${unit}.service; systemctl start ${unit}.service`,
        )
    } finally {
      await shell(`rm /run/systemd/system/${unit}.service.d/broken.conf; systemctl daemon-reload`)
    }
  })

  test('does not try again with a config that it cannot use, and says why', async () => {
    await shell(
      'systemctl stop usher-bot usher-witness usher-worker; cp -a /etc/usher/config.yaml /root/; echo "nonsense: 1" >>/etc/usher/config.yaml',
    )
    try {
      const { status } = await host.systemd.run(['systemctl', 'start', unit])
      if (unit !== 'usher-worker') expect(status).toBe(1)
      await becomes(unit, 'ActiveState', 'failed')
      expect(await property(unit, 'ExecMainStatus')).toBe('2')
      expect(await property(unit, 'NRestarts')).toBe('0')
      const log = await shell(`journalctl --unit ${unit} --output cat`)
      expect(log).toContain('nonsense')
      await expect
        .poll(() => shell(`journalctl --unit ${unit} --output cat`), soon)
        .toContain(`cannot keep ${unit}.service running`)
    } finally {
      await shell('mv /root/config.yaml /etc/usher/config.yaml')
    }
  })
})

describe.for([
  ['usher-bot', 'telegram-token'],
  ['usher-witness', 'witness-token'],
] as const)('%s', ([unit, token]) => {
  test('is no failure without a token: it is just not started', async () => {
    await shell(`systemctl stop ${unit}; mv /etc/usher/${token} /root/`)
    try {
      await shell(`systemctl start ${unit}`)
      expect(await property(unit, 'ActiveState')).toBe('inactive')
      expect(await property(unit, 'Result')).toBe('success')
      expect(await property(unit, 'ConditionResult')).toBe('no')
    } finally {
      await shell(`mv /root/${token} /etc/usher/`)
    }
  })

  test('starts on a machine without network, says what it waits for, and serves when it comes', async () => {
    await shell(`systemctl stop ${unit} bot-api`)
    const begun = performance.now()
    await shell(`systemctl start ${unit}`)
    expect(performance.now() - begun).toBeLessThan(15_000)
    expect(await property(unit, 'StatusText')).toBe('waiting for Telegram, which does not answer yet')
    await startBotApi(host)
    await expect.poll(() => property(unit, 'StatusText'), soon).toMatch(/^ready: serves as @/)
    expect(await property(unit, 'NRestarts')).toBe('0')
  })

  test('does not try again with a token that Telegram refuses', async () => {
    await shell(
      `systemctl stop ${unit}; cp -a /etc/usher/${token} /root/; echo 330201543:a-token-that-nobody-gave-out >/etc/usher/${token}`,
    )
    try {
      expect((await host.systemd.run(['systemctl', 'start', unit])).status).toBe(1)
      expect(await property(unit, 'ActiveState')).toBe('failed')
      expect(await property(unit, 'NRestarts')).toBe('0')
      const log = await shell(`journalctl --unit ${unit} --output cat`)
      expect(log).toContain('does not know it; put in the one that @BotFather shows')
      expect(log).not.toContain('nobody-gave-out')
    } finally {
      await shell(`mv /root/${token} /etc/usher/`)
    }
  })
})
