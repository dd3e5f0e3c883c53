/** What a person leaves in their home and folders for the undo to find. */
import { execFileSync, spawn } from 'node:child_process'
import {
  chownSync,
  closeSync,
  existsSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CreateAccountParams } from '../../../src/domain/step.ts'
import type { Host } from '../../../src/provisioning/host/host.ts'
import { account } from '../../../src/provisioning/steps/account.ts'
import { dataDirs } from '../../../src/provisioning/steps/data-dirs.ts'
import { memorySeed } from '../../../src/provisioning/steps/memory-seed.ts'
import { Attempt } from '../../support/attacks/attempt.ts'
import { type Canaries, plantCanaries, VICTIM } from '../../support/attacks/canaries.ts'
import { loadLibc } from '../../support/attacks/libc.ts'
import { makeTestHost, places } from '../../support/host/test-host.ts'
import { rememberMachine } from '../../support/host/test-machine.ts'

const home = '/home/ida'
const memory = `${places.dataDir}/memory/77`
const create: CreateAccountParams = { mode: 'create', osUser: 'ida', home, shell: '/bin/sh' }
/** As long as an undo of an ordinary person may take on a busy machine, in milliseconds. */
const PATIENCE = 5_000

let host: Host
let forget: () => void
let canaries: Canaries
let attempt: Attempt
let uid: number
const mounts: string[] = []

beforeEach(async () => {
  forget = rememberMachine()
  canaries = plantCanaries()
  host = makeTestHost()
  attempt = new Attempt(host)
  expect(await attempt.apply(account, create)).toMatchObject({ ok: true })
  const directories = [{ purpose: 'memory', path: memory, owner: 'person', madeBy: 'root' } as const]
  expect(await attempt.apply(dataDirs, { osUser: 'ida', directories })).toMatchObject({ ok: true })
  const seed = { osUser: 'ida', path: `${memory}/MEMORY.md`, owner: 'person', content: '# Memory\n' } as const
  expect(await attempt.apply(memorySeed, seed)).toMatchObject({ ok: true })
  uid = lstatSync(home).uid
})
afterEach(() => {
  for (const mount of mounts.splice(0)) execFileSync('umount', ['--lazy', mount])
  execFileSync('rm', ['-rf', '--', home, memory, '/home/.usher-quarantine', '/home/deep'])
  canaries.remove()
  forget()
})

/** As the person themself would have made it. */
const asIda = (script: string) =>
  execFileSync(
    'setpriv',
    [
      ...[
        `--reuid=${uid}`,
        `--regid=${uid}`,
        '--clear-groups',
        '--',
        '/bin/bash',
        '-c',
        `cd ~ida; ${script}`,
      ],
    ],
    { timeout: 10_000 },
  )

async function undo({ wasActive = true } = {}) {
  if (wasActive) attempt.takeBack()
  const begun = performance.now()
  const outcomes = await attempt.undoAll()
  const took = performance.now() - begun
  expect(canaries.touched()).toEqual([])
  expect(outcomes.filter(({ state }) => state === 'failed')).toEqual([])
  expect(took).toBeLessThan(PATIENCE)
  expect(await host.accounts.byName('ida')).toBeNull()
  expect([existsSync(home), existsSync(memory)]).toEqual([false, false])
  return outcomes.flatMap(({ notes }) => notes)
}

const quarantined = () => `/home/.usher-quarantine/home-ida-run-7`

describe('what the person made is kept, whatever its name', () => {
  test.each([
    ['that is not UTF-8', String.raw`Diplom-\xe4rger.txt`],
    ['with a line end', String.raw`two\nlines`],
    ['that looks like an option', '-rf'],
    ['with an escape sequence', String.raw`\x1b[2J\x9b31m`],
    ['that climbs, nearly', '...'],
    ['of 255 bytes', 'n'.repeat(255)],
  ])('a name %s', async (_title, name) => {
    asIda(`printf x > "$(printf %b ${JSON.stringify(`./${name}`).replaceAll('\\\\', '\\')})"`)
    const names = readdirSync(home, 'latin1').filter(
      (one) => !['.bash_logout', '.bashrc', '.profile'].includes(one),
    )
    expect(names).toHaveLength(1)
    const notes = await undo()
    expect(notes).toContainEqual({
      code: 'account.home_quarantined',
      params: { home, path: quarantined() },
    })
    expect(readdirSync(quarantined(), 'latin1')).toContain(names[0])
  })
})

describe('a tree that shall cost root dearly is moved away as it is', () => {
  test('100,000 entries in one folder', async () => {
    asIda('seq 100000 | xargs touch')
    const before = process.memoryUsage().rss
    await undo()
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024)
    expect(readdirSync(quarantined()).length).toBeGreaterThan(100_000)
  })

  test('4,000 levels of folders', async () => {
    try {
      process.chdir(home)
      for (let depth = 0; depth < 4000; depth++) {
        mkdirSync('d')
        process.chdir('d')
      }
    } finally {
      process.chdir('/')
    }
    execFileSync('chown', ['-R', `${uid}:${uid}`, home])
    await undo()
    expect(existsSync(`${quarantined()}/d/d/d`)).toBe(true)
  })

  test('a sparse file of a terabyte, in the place of the seeded one, too', async () => {
    for (const path of [`${home}/huge`, `${memory}/MEMORY.md`]) {
      const file = openSync(path, 'w')
      ftruncateSync(file, 2 ** 40)
      closeSync(file)
      chownSync(path, uid, uid)
    }
    await undo()
    expect(lstatSync(`${quarantined()}/huge`).size).toBe(2 ** 40)
  })
})

test('files on which the person holds a lease, so that opening them waits, keep root waiting for nothing', async () => {
  asIda('mkdir -m 700 .ssh; : >.ssh/authorized_keys')
  const program = fileURLToPath(new URL('../../support/attacks/lease-holder.ts', import.meta.url))
  const files = [`${memory}/MEMORY.md`, `${home}/.ssh/authorized_keys`]
  const holder = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...files], {
    ...{ uid, gid: uid, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] },
  })
  const closed = new Promise((resolve) => holder.once('close', resolve))
  await new Promise((resolve, reject) => {
    holder.stdout!.once('data', resolve)
    holder.once('close', () => reject(new Error('nobody holds a lease')))
  })
  const begun = performance.now()
  const entry = await host.accounts.byName('ida')
  expect(await host.accounts.power(entry!)).toMatchObject({ authorizedKeys: 0 })
  expect(performance.now() - begun).toBeLessThan(1_000)
  await undo()
  await closed
})

describe('what leads elsewhere is not followed', () => {
  test.each([
    ['a link to the password hashes', (path: string) => symlinkSync('/etc/shadow', path)],
    ['a link to another home', (path: string) => symlinkSync(canaries.victim, path)],
    ['a link to nothing', (path: string) => symlinkSync('/nowhere/at/all', path)],
    ['a link to itself', (path: string) => symlinkSync(path, path)],
    ['another name of a file of root', (path: string) => linkSync(canaries.rootFile, path)],
    ['another name of a file of somebody else', (path: string) => linkSync(`${canaries.victim}/file`, path)],
    ['a pipe that nobody writes to', (path: string) => execFileSync('mkfifo', [path])],
    ['a socket', (path: string) => loadLibc().makeSocket(path)],
    ['a device', (path: string) => execFileSync('mknod', [path, 'c', '1', '3'])],
    ['a terminal', (path: string) => execFileSync('mknod', [path, 'c', '5', '0'])],
  ])('%s in the home, in the folder and in the place of the seed', async (_title, plant) => {
    execFileSync('rm', [`${memory}/MEMORY.md`])
    plant(`${home}/planted`)
    execFileSync('mkdir', [`${home}/below`])
    plant(`${home}/below/planted`)
    for (const path of ['MEMORY.md', 'planted']) {
      try {
        plant(`${memory}/${path}`)
      } catch (error) {
        // Another file system: there are no hard links across them.
        expect(error).toMatchObject({ code: 'EXDEV' })
        linkSync('/srv/of-root/file', `${memory}/${path}`)
      }
    }
    execFileSync('chown', ['-h', `${uid}:${uid}`, `${home}/below`])
    await undo()
  })

  test('a home that is a link by now is nobody’s to remove', async () => {
    execFileSync('mv', [home, '/home/deep'])
    symlinkSync(canaries.victim, home)
    const outcomes = await attempt.undoAll()
    expect(canaries.touched()).toEqual([])
    expect(outcomes.filter(({ state }) => state === 'failed')).toEqual([])
    expect(lstatSync(home).isSymbolicLink()).toBe(true)
    expect(existsSync('/home/deep')).toBe(true)
  })
})

describe('folders that are closed to their own person', () => {
  test.each(['000', '500', '300'])('mode %s everywhere', async (mode) => {
    asIda(`mkdir -p a/b; : > a/b/c; chmod ${mode} a/b a . ${memory}`)
    await undo()
  })

  test('a folder of somebody else in the middle', async () => {
    mkdirSync(`${home}/shared/theirs`, { recursive: true })
    chownSync(`${home}/shared`, uid, uid)
    chownSync(`${home}/shared/theirs`, VICTIM, VICTIM)
    await undo()
    expect(existsSync(`${quarantined()}/shared/theirs`)).toBe(true)
  })

  test('a file that not even root may change', async () => {
    asIda('mkdir fixed; : > fixed/file')
    mkdirSync(`${home}/ro`)
    execFileSync('mount', ['--bind', `${home}/fixed`, `${home}/ro`])
    execFileSync('mount', ['-o', 'remount,bind,ro', `${home}/ro`])
    mounts.push(`${quarantined()}/ro`)
    await undo()
  })
})

describe('mounts', () => {
  test.each([
    ['another home', () => execFileSync('mount', ['--bind', canaries.victim, `${home}/mnt`])],
    ['/etc', () => execFileSync('mount', ['--bind', '/etc', `${home}/mnt`])],
    ['a file system of their own', () => execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', `${home}/mnt`])],
  ])('%s in the home', async (_title, mount) => {
    mkdirSync(`${home}/mnt`)
    chownSync(`${home}/mnt`, uid, uid)
    mount()
    mounts.push(`${quarantined()}/mnt`)
    await undo()
  })

  test('over the home itself stops the undo with the home closed and the cause, until it is gone', async () => {
    execFileSync('mount', ['--bind', home, home])
    attempt.takeBack()
    const outcomes = await attempt.undoAll()
    expect(outcomes.filter(({ state }) => state === 'failed')).toMatchObject([
      { kind: 'account', failure: { code: 'path_unsafe', params: { path: home, reason: 'EBUSY' } } },
    ])
    expect(await host.accounts.isExpired('ida')).toBe(true)
    execFileSync('umount', [home])
    await undo()
  })

  test('a mount of what is the person’s own elsewhere is not emptied', async () => {
    // The account was never active: then everything of the person's is the run's own doing, but for what lies elsewhere.
    mkdirSync('/home/deep')
    writeFileSync('/home/deep/kept', 'x')
    execFileSync('chown', ['-R', `${uid}:${uid}`, '/home/deep'])
    asIda('mkdir mnt')
    execFileSync('mount', ['--bind', '/home/deep', `${home}/mnt`])
    mounts.push(`${quarantined()}/mnt`)
    await undo({ wasActive: false })
    expect(readdirSync('/home/deep')).toEqual(['kept'])
  })
})
