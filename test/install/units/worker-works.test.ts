import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunView } from '../../../src/protocol/views.ts'
import { answersFor, approve, carryOut, ended, ok } from './support/decide.ts'
import { ADMIN, bootUnitHost, type Speaker, type UnitHost } from './support/unit-host.ts'

let host: UnitHost
let bot: Speaker
const shell = (script: string) => host.shell(script)

/** Where somebody without an own group of services would look for their traces; what useradd tells caches is written there. */
const SETUP = `
  groupadd crew; useradd --create-home kai; chmod 700 /home/kai
  cat >/usr/local/bin/agent <<'END'
#!/bin/sh
[ "$(id -un)" = maria ] || [ "$(id -un)" = noor ] || exit 9
[ -w "/home/$(id -un)" ] || exit 8
END
  chmod 755 /usr/local/bin/agent
  # What sudo is: a program that becomes somebody else because its file is root's and setuid.
  install -m 4755 /usr/bin/setpriv /usr/local/bin/become
  cat >/etc/systemd/system/kai.service <<'END'
[Service]
ExecStart=/bin/sleep infinity
ExecStartPre=/bin/sh -c 'echo >>/var/lib/kai-starts'
END
  mkdir -p /var/spool/cron/crontabs /var/spool/cron/atjobs /var/lib/systemd/linger /var/lib/sss/db
  for cache in nscd sss_cache; do
    printf '#!/bin/sh\\necho "$0 $*" >>/var/lib/sss/db/told\\n' >/usr/sbin/$cache; chmod 755 /usr/sbin/$cache
  done
  touch /var/log/lastlog /var/log/faillog
  systemctl daemon-reload; systemctl start kai`
const CONFIG = {
  roles: { user: { groups: ['crew'] } },
  services: [{ unit: 'kai.service', action: 'restart' }],
  folders: { history: { owner: 'kai' } },
  smoke: {
    agent_command: ['agent'],
    via: {
      user: 'kai',
      argv: ['/usr/local/bin/become', '--reuid={os_user}', '--regid={os_user}', '--init-groups', '--'],
    },
  },
}

beforeAll(async () => {
  host = await bootUnitHost()
  await shell(SETUP)
  await host.writeConfig(CONFIG)
  await shell('systemctl start usher-worker')
  bot = host.asBot()
})
afterAll(async () => {
  bot?.end()
  await host?.stop()
})

const states = ({ steps }: RunView) => steps.map(({ kind, state }) => `${kind} ${state}`)
const failures = ({ steps }: RunView) =>
  steps.filter((step) => step.failure !== null || step.undo_failure !== null)
const MARIA = 42
let onboarding = 0
let edited = 0

/** Asked for and approved in chat, confirmed on the terminal. */
async function undo(runId: number): Promise<RunView> {
  const { request } = ok(await bot.asks('run.undo', { run_id: runId }, ADMIN))
  expect((await approve(bot, request)).missing).toEqual([{ kind: 'terminal' }])
  await shell(`usher confirm ${request.id} --digest ${request.plan.digest}`)
  const confirmed = ok(await bot.asks('request.get', { id: request.id }, ADMIN)).request
  return ended(bot, confirmed.run_id!)
}

describe('the worker within its unit', () => {
  test('onboards a whole person whom the bot asks for within its own', async () => {
    const starts = await shell('wc -l </var/lib/kai-starts')
    const { request } = ok(await bot.asks('request.draft', { answers: answersFor('maria', MARIA) }, ADMIN))
    const run = await carryOut(bot, request)
    expect(failures(run)).toEqual([])
    expect(run.state).toBe('succeeded')
    onboarding = run.id
    expect(new Set(run.steps.map(({ kind }) => kind))).toEqual(
      new Set([
        'account',
        'groups',
        'data-dirs',
        'memory-seed',
        'smoke-test',
        'activation',
        'roster',
        'service',
      ]),
    )
    expect(new Set(run.steps.map(({ state }) => state))).toEqual(new Set(['applied']))
    expect(await shell('id -Gn maria')).toBe('maria crew')
    expect(await shell('stat -c "%U %a" /home/maria')).toBe('maria 700')
    expect(await shell('grep -c "os_user: maria" /etc/usher/users.yaml')).toBe('1')
    expect(Number(await shell('wc -l </var/lib/kai-starts'))).toBe(Number(starts) + 1)
    // The caches of name services are told, as always.
    expect(await shell('cat /var/lib/sss/db/told')).toContain('nscd -i passwd')
    expect(await shell('cat /var/lib/sss/db/told')).toContain('sss_cache')
    expect(ok(await bot.asks('person.started', {}, MARIA))).toMatchObject({ ok: true })
    await expect
      .poll(() => shell('chage -l maria | grep "Account expires"'), { timeout: 10_000 })
      .toContain('never')
  })

  test('refuses a workspace where its unit may not write before anything is done, and says what to do', async () => {
    await shell('mkdir -p /srv/work')
    const flags = '--telegram-id 43 --name Noor --os-user noor --role user --create-account --dry-run'
    const said = await shell(`usher adduser ${flags} --workspace-base /srv/work/noor 2>&1 || true`)
    expect(said).toContain("cannot write below '/srv/work'")
    expect(said).toContain('ReadWritePaths= by systemctl edit usher-worker')
    expect((await host.systemd.run(['id', 'noor'])).status).toBe(1)
  })

  test('edits, tests again and repairs them', async () => {
    const edit = await bot.asks('person.edit', { name: 'maria', changes: { model: 'large' } }, ADMIN)
    const run = await carryOut(bot, ok(edit).request)
    expect(run.state).toBe('succeeded')
    edited = run.id
    expect(await shell('grep -c "model: large" /etc/usher/users.yaml')).toBe('1')
    const retest = await bot.asks('person.retest', { name: 'maria' }, ADMIN)
    expect((await carryOut(bot, ok(retest).request)).state).toBe('succeeded')

    await shell(`rm -r /var/lib/usher/data/memory/${MARIA}; gpasswd -d maria crew`)
    const { reconciliation } = ok(await bot.asks('reconcile.run', { smoke: true }, ADMIN))
    expect(reconciliation.outcome).not.toBe('failed')
    const [repair] = ok(await bot.asks('request.list', { open: true }, ADMIN)).requests
    expect(repair).toMatchObject({ kind: 'repair' })
    expect((await carryOut(bot, repair!)).state).toBe('succeeded')
    expect(await shell(`id -Gn maria; stat -c %U /var/lib/usher/data/memory/${MARIA}`)).toBe(
      'maria crew\nmaria',
    )
  })

  test('takes everything of them back: processes, ipc, crontab, jobs, linger, and keeps what they made', async () => {
    await shell(`
      uid=$(id -u maria)
      install -o maria -m 600 /dev/null /var/spool/cron/crontabs/maria
      install -o maria -m 600 /dev/null /var/spool/cron/atjobs/a00001
      : >/var/lib/systemd/linger/maria
      install -o maria -m 600 /dev/null /dev/shm/maria
      install -d -o maria -m 700 /run/user/$uid
      setpriv --reuid=maria --regid=maria --init-groups ipcmk --shmem 100 --queue --semaphore 1
      systemd-run --quiet --uid=maria --unit=hers sleep 600
      systemd-run --quiet --uid=maria --unit=many -p KillMode=none /bin/sh -c 'for i in 1 2 3 4 5 6 7 8; do setsid sleep 600 & done; sleep 600'
      lent=$(sed -n 's/^maria:\\([0-9]*\\):.*/\\1/p' /etc/subuid)
      systemd-run --quiet --unit=lent setpriv --reuid=$((lent + 7)) --clear-groups sleep 600
      systemd-run --quiet --unit=bomb --uid=maria -p LimitNPROC=60 /bin/sh -c 'f() { sleep 0.01; f & f & }; f; wait; sleep 600'
      echo precious >/home/maria/thesis; chown maria /home/maria/thesis`)
    const uid = await shell('id -u maria')
    expect(failures(await undo(edited))).toEqual([])
    const run = await undo(onboarding)
    expect(failures(run)).toEqual([])
    expect(run.state).toBe('succeeded')
    expect(states(run).length).toBeGreaterThan(5)
    expect((await host.systemd.run(['id', 'maria'])).status).toBe(1)
    const left = await shell(`
      find /var/spool/cron /var/lib/systemd/linger /dev/shm /run/user /home -mindepth 1 -maxdepth 2 | sort
      ps -eo args= | grep -c '^sleep 600' || true
      ps -eo uid= | grep -c "^ *${uid}$" || true; ipcs | grep -c maria || true; ipcs -n | grep -c " ${uid} " || true`)
    expect(await shell('cat /home/.usher-quarantine/home-maria-*/thesis')).toBe('precious')
    expect(left).not.toContain('/maria')
    expect(left.split('\n').slice(-4)).toEqual(['0', '0', '0', '0'])
  })
})
