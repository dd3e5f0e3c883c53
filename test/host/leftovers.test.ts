import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
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

  expect(await removeLeftoversOf(host, maria, signal)).toEqual({ ok: true, removed: [], left: [] })
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
  expect(await removeLeftoversOf(host, maria, signal)).toEqual({ ok: true, removed: [], left: [] })
  expect(existsSync(path)).toBe(true)
})

test('names that are not UTF-8 are removed like any others', async () => {
  const name = (path: string) => Buffer.concat([Buffer.from(path), Buffer.from([0xe4, 0xff])])
  writeFileSync(name('/dev/shm/file-'), 'x')
  mkdirSync(name('/dev/shm/folder-'))
  writeFileSync(name('/dev/shm/alices-'), 'x')
  for (const path of ['file-', 'folder-']) chownSync(name(`/dev/shm/${path}`), maria.uid, maria.uid)
  writeFileSync(Buffer.concat([name('/dev/shm/folder-'), name('/inside-')]), 'x')
  chownSync(Buffer.concat([name('/dev/shm/folder-'), name('/inside-')]), maria.uid, maria.uid)
  chownSync(name('/dev/shm/alices-'), alice, alice)
  expect(await removeLeftoversOf(host, maria, signal)).toMatchObject({ ok: true, left: [] })
  const left = readdirSync('/dev/shm', 'latin1').filter((one) => /^(file|folder|alices)-|^\.usher/.test(one))
  expect(left).toEqual(['alices-\u00e4\u00ff'])
  rmSync(name('/dev/shm/alices-'))
})

test('an account cannot prevent its removal by letting somebody else put something into its folders', async () => {
  mkdirSync('/dev/shm/shared/theirs/deep', { recursive: true })
  chownSync('/dev/shm/shared', maria.uid, maria.uid)
  const kept = put('/dev/shm/shared/theirs/deep/file', alice)
  for (const path of ['/dev/shm/shared/theirs', '/dev/shm/shared/theirs/deep']) chownSync(path, alice, alice)
  const gone = put('/dev/shm/of-maria', maria.uid)
  mkdirSync(`/run/user/${maria.uid}/mounted`, { recursive: true })
  for (const path of [`/run/user/${maria.uid}`, `/run/user/${maria.uid}/mounted`])
    chownSync(path, maria.uid, maria.uid)
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', `/run/user/${maria.uid}/mounted`])
  try {
    expect(await removeLeftoversOf(host, maria, signal)).toMatchObject({
      ok: true,
      left: ['/dev/shm/shared', `/run/user/${maria.uid}`],
    })
    expect([existsSync(kept), existsSync(gone)]).toEqual([true, false])
  } finally {
    execFileSync('umount', [`/run/user/${maria.uid}/mounted`])
    execFileSync('rm', ['-r', '/dev/shm/shared', `/run/user/${maria.uid}`])
  }
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

test('what cannot be removed for a moment is not left', async () => {
  const theirs = put('/dev/shm/of-maria', maria.uid)
  let tries = 0
  const { programs } = host
  const failing = {
    programs: {
      ...programs,
      runAsPerson: ((person, argv, options) =>
        programs.runAsPerson(
          person,
          ++tries <= 2 ? ['/bin/false'] : argv,
          options,
        )) as typeof programs.runAsPerson,
    },
  }
  expect(await removeLeftoversOf(failing, maria, signal)).toMatchObject({ ok: true, left: [] })
  expect(existsSync(theirs)).toBe(false)
})
