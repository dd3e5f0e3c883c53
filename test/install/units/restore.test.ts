import { afterAll, beforeAll, expect, test } from 'vitest'
import { bootUnitHost, type UnitHost } from './support/unit-host.ts'

const ROSTER = '/etc/usher/users.yaml'
const BOT_STATE = '/var/lib/usher-bot'

let host: UnitHost
const shell = (script: string) => host.shell(script)
beforeAll(async () => {
  host = await bootUnitHost()
  await shell('systemctl start usher-worker; systemctl stop usher-worker')
})
afterAll(async () => host?.stop())

/** Leaves a restore that was killed before it made any of its moves, in the order in which it makes them. */
async function interrupted(stamp: string): Promise<void> {
  const moves = [
    {
      target: BOT_STATE,
      source: null,
      aside: `${BOT_STATE}.before-restore-${stamp}`,
      fresh: { uid: 0, gid: 0, mode: 0o700 },
    },
    {
      target: ROSTER,
      source: '/etc/usher/.users.yaml.usher-restore',
      aside: `${ROSTER}.before-restore-${stamp}`,
    },
    {
      target: '/var/lib/usher/usher.db',
      source: '/var/lib/usher/.usher.db.usher-restore',
      aside: `/var/lib/usher/usher.db.before-restore-${stamp}`,
      with: ['-wal', '-shm'],
    },
  ]
  const journal = JSON.stringify({ format: 1, stamp, moves })
  await shell(`umask 077; cp /var/lib/usher/usher.db /var/lib/usher/.usher.db.usher-restore
    { cat ${ROSTER}; echo '# of ${stamp}'; } >/etc/usher/.users.yaml.usher-restore
    printf '%s' '${journal}' >/var/lib/usher/restore.json`)
}

test('a restore that was killed is finished by the worker within its unit, once the bot’s state was moved', async () => {
  await interrupted('one')
  await shell(`mv ${BOT_STATE} ${BOT_STATE}.before-restore-one; install -d -m 0700 ${BOT_STATE}`)
  await shell('systemctl start usher-worker || true')
  await expect
    .poll(() => shell('systemctl is-active usher-worker || true'), { timeout: 20_000 })
    .toBe('active')
  expect(await shell(`tail -n 1 ${ROSTER}; ls /var/lib/usher/usher.db.before-restore-one`)).toBe(
    '# of one\n/var/lib/usher/usher.db.before-restore-one',
  )
  await shell('systemctl stop usher-worker')
})

test('one that was killed before that is left to usher restore, as the worker says', async () => {
  await interrupted('two')
  await shell('systemctl start usher-worker || true')
  expect(await shell('journalctl --unit=usher-worker --output=cat --lines=40')).toContain(
    'cannot finish a restore that was interrupted: EROFS',
  )
  await shell('systemctl stop usher-worker')
  // It is finished first; that there is nothing to restore from is said after it.
  await host.systemd.run(['/opt/usher/current/usher', 'restore', '/nonexistent.tar', '--yes'])
  expect(await shell(`tail -n 1 ${ROSTER}; ls -d ${BOT_STATE}.before-restore-two`)).toBe(
    `# of two\n${BOT_STATE}.before-restore-two`,
  )
  await shell('systemctl reset-failed; systemctl start usher-worker; systemctl is-active usher-worker')
})
