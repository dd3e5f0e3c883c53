import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removeLeftoversOf } from '../../src/provisioning/host/accounts/leftovers.ts'
import { createPrograms } from '../../src/provisioning/host/programs/create-programs.ts'

const host = { programs: createPrograms('system') }
const maria = { name: 'maria', uid: 4301, gid: 4301, gecos: '', home: '/home/maria', shell: '/bin/bash' }
const signal = new AbortController().signal
const alice = 4302

function put(path: string, uid: number): string {
  mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true })
  writeFileSync(path, 'x')
  chownSync(path, uid, uid)
  return path
}

const asUid = (uid: number, ...argv: string[]) =>
  execFileSync('setpriv', [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--', ...argv])

const ipcOf = (uid: number) =>
  ['shm', 'sem', 'msg'].flatMap((kind) => {
    const [head = '', ...lines] = readFileSync(`/proc/sysvipc/${kind}`, 'utf8').trimEnd().split('\n')
    const column = head.trim().split(/\s+/).indexOf('uid')
    return lines.filter((line) => Number(line.trim().split(/\s+/)[column]) === uid)
  })

beforeEach(() => {
  for (const [name, uid] of [
    ['maria', 4301],
    ['alice', alice],
  ] as const) {
    execFileSync('useradd', ['--uid', String(uid), '--no-create-home', name])
  }
})
afterEach(() => {
  execFileSync('ipcrm', ['--all']) // the sandbox's own
  for (const name of ['maria', 'alice']) execFileSync('userdel', [name], { stdio: 'ignore' })
})

test('what userdel leaves of an account is removed, and nothing of anybody else', async () => {
  const theirs = [
    put('/var/lib/systemd/linger/maria', 0),
    put('/var/spool/cron/crontabs/maria', maria.uid),
    put('/var/spool/cron/atjobs/a0000101', maria.uid),
    put('/dev/shm/of-maria', maria.uid),
    put(`/run/user/${maria.uid}/bus`, maria.uid),
    put('/dev/shm/folder-of-maria/file', maria.uid),
  ]
  chownSync('/dev/shm/folder-of-maria', maria.uid, maria.uid)
  chownSync(`/run/user/${maria.uid}`, maria.uid, maria.uid)
  const others = [
    put('/var/lib/systemd/linger/alice', 0),
    put('/var/spool/cron/crontabs/alice', alice),
    put('/var/spool/cron/atjobs/a0000202', alice),
    put('/dev/shm/of-alice', alice),
    put(`/run/user/${alice}/bus`, alice),
  ]
  for (const uid of [maria.uid, alice]) {
    asUid(uid, 'ipcmk', '--shmem', '4096')
    asUid(uid, 'ipcmk', '--semaphore', '2')
    asUid(uid, 'ipcmk', '--queue')
  }
  const alices = ipcOf(alice)
  expect(alices).toHaveLength(3)

  const removed = await removeLeftoversOf(host, maria, signal)
  expect(removed).toMatchObject({ ok: true })
  for (const path of [...theirs, '/dev/shm/folder-of-maria', `/run/user/${maria.uid}`]) {
    expect([path, existsSync(path)]).toEqual([path, false])
  }
  for (const path of others) expect([path, existsSync(path)]).toEqual([path, true])
  expect(ipcOf(maria.uid)).toEqual([])
  expect(ipcOf(alice)).toEqual(alices)

  expect(await removeLeftoversOf(host, maria, signal)).toEqual({ ok: true, removed: [] })
})

test('a link that the account left is removed and not followed', async () => {
  mkdirSync('/srv/precious', { recursive: true })
  chmodSync('/srv/precious', 0o777)
  const kept = put('/srv/precious/file', maria.uid)
  asUid(maria.uid, 'ln', '-s', '/srv/precious', '/dev/shm/link')
  symlinkSync('/srv/precious/file', '/var/spool/cron/crontabs/maria')
  execFileSync('chown', ['-h', 'maria', '/var/spool/cron/crontabs/maria'])
  expect(await removeLeftoversOf(host, maria, signal)).toMatchObject({ ok: true })
  expect(existsSync(kept)).toBe(true)
  expect(existsSync('/dev/shm/link')).toBe(false)
  expect(existsSync('/var/spool/cron/crontabs/maria')).toBe(false)
})

test('an entry that bears the name and belongs to somebody else is kept', async () => {
  const path = put('/var/spool/cron/crontabs/maria', alice)
  expect(await removeLeftoversOf(host, maria, signal)).toEqual({ ok: true, removed: [] })
  expect(existsSync(path)).toBe(true)
})

test('an account cannot prevent its removal by leaving more than one command takes', async () => {
  const count = 12_000
  const names = Array.from({ length: count }, (_, index) => `/dev/shm/${'n'.repeat(200)}${index}`)
  for (const name of names) put(name, maria.uid)
  const cleared = await removeLeftoversOf(host, maria, signal)
  expect(cleared).toMatchObject({ ok: true })
  expect(cleared.ok && cleared.removed).toHaveLength(count)
  expect(names.filter((name) => existsSync(name))).toEqual([])
})
