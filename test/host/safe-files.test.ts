import { execFileSync, spawn } from 'node:child_process'
import fs, {
  chmodSync,
  chownSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSafeFiles } from '../../src/provisioning/host/files/create-safe-files.ts'
import type { FileIdentity } from '../../src/provisioning/host/files/safe-files.ts'
import { at, inParent, lstatAt, withOpen } from '../../src/provisioning/host/files/safe-files-walk.ts'

const files = createSafeFiles({ mode: 'system', dataDir: '/srv/data' })
const person = { uid: 4242, gid: 4242 }
const mounts: string[] = []
let dir: string

beforeEach(() => {
  dir = mkdtempSync('/srv/safe-')
  chmodSync(dir, 0o755)
})
afterEach(() => {
  for (const mount of mounts.splice(0)) execFileSync('umount', [mount])
  // rm(1) walks with descriptors: no tree is too deep for it.
  execFileSync('rm', ['-rf', '--', dir])
})

function mountTmpfs(options: string): string {
  const path = `${dir}/mount`
  mkdirSync(path)
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path])
  mounts.push(path)
  return path
}

async function identityOf(path: string): Promise<FileIdentity> {
  const { identity } = await files.stat(path)
  return identity!
}

function makeFile(path: string, mode = 0o644, uid = 0): void {
  writeFileSync(path, '')
  chmodSync(path, mode)
  chownSync(path, uid, 0)
}

function makeFolder(path: string, mode: number, uid = 0): void {
  mkdirSync(path)
  chmodSync(path, mode)
  chownSync(path, uid, 0)
}

function modeOf(path: string): string {
  const { uid, gid, mode } = lstatSync(path)
  return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`
}

describe('walking a path', () => {
  test('stays in the directory that was opened when its name becomes a link to another one', () => {
    mkdirSync(`${dir}/real`)
    mkdirSync(`${dir}/trap`)
    inParent(`${dir}/real/new`, { owners: new Set([0]), stickyOnTheWay: false }, (parent, name) => {
      renameSync(`${dir}/real`, `${dir}/moved`)
      symlinkSync(`${dir}/trap`, `${dir}/real`)
      mkdirSync(at(parent, name))
      expect(lstatAt(parent, name)?.isDirectory()).toBe(true)
    })
    expect(readdirSync(`${dir}/trap`)).toEqual([])
    expect(readdirSync(`${dir}/moved`)).toEqual(['new'])
  })

  test.each([
    ['a link', 'symlink', () => symlinkSync('/etc', `${dir}/x`)],
    ['a file', 'not_a_directory', () => writeFileSync(`${dir}/x`, '')],
    ['nothing', 'missing', () => {}],
    ['somebody else’s folder', 'owner', () => makeFolder(`${dir}/x`, 0o755, 4242)],
    ['a folder that the group can write to', 'writable_by_others', () => makeFolder(`${dir}/x`, 0o775)],
    ['a sticky folder for everybody', 'writable_by_others', () => makeFolder(`${dir}/x`, 0o1777)],
  ])('is refused where %s stands among the parents', async (_title, reason, arrange) => {
    arrange()
    const failure = { code: 'path_unsafe', params: { path: `${dir}/x`, reason } }
    expect(await files.checkParents(`${dir}/x/y/z`)).toMatchObject({ ok: false, failure })
    expect(await files.makeDirectory(`${dir}/x/y`, person, 0o700, '.tmp')).toMatchObject(
      reason === 'missing' ? { ok: false } : { ok: false, failure },
    )
    if (reason === 'missing') expect(await files.stat(`${dir}/x/y`)).toEqual({ kind: 'absent' })
  })

  test('opens neither a link nor a pipe that took the place of what was looked at', () => {
    writeFileSync(`${dir}/secret`, 'x')
    symlinkSync(`${dir}/secret`, `${dir}/l`)
    execFileSync('mkfifo', [`${dir}/p`])
    const open = (name: string, flags: number) =>
      inParent(`${dir}/${name}`, null, (parent, last) => withOpen(parent, last, flags, () => 'opened'))
    expect(() => open('l', constants.O_RDONLY)).toThrow(/ELOOP/)
    // A pipe without a reader keeps a writer waiting: if it did, this reader would end the wait, and the test.
    const reader = spawn('/bin/sh', ['-c', 'sleep 2; exec cat "$0"', `${dir}/p`], { stdio: 'ignore' })
    try {
      expect(() => open('p', constants.O_WRONLY)).toThrow(/ENXIO/)
    } finally {
      reader.kill('SIGKILL')
    }
  })

  test.each(['relative', '', '/a//b', '/a/../b', '/a/./b', '/a/', '/a\0b', '/'])(
    'refuses the path "%s"',
    async (path) => {
      expect(await files.checkParents(path)).toMatchObject({ ok: false, failure: { code: 'path_unsafe' } })
    },
  )

  test('in single-user mode the caller’s own folders below /tmp are safe, those of others are not', async () => {
    const own = createSafeFiles({ mode: 'single-user', dataDir: '/tmp/x' })
    const path = mkdtempSync('/tmp/own-')
    expect(await own.checkParents(`${path}/x`)).toEqual({ ok: true })
    expect(await own.checkParents('/tmp/x')).toMatchObject({ ok: false })
    chownSync(path, 4242, 4242)
    expect(await own.checkParents(`${path}/x`)).toMatchObject({
      ok: false,
      failure: { params: { reason: 'owner' } },
    })
  })
})

describe('looking at a path', () => {
  test('tells what stands there without following a link', async () => {
    symlinkSync('/etc/passwd', `${dir}/link`)
    execFileSync('mkfifo', [`${dir}/fifo`])
    expect(await files.stat(`${dir}/link`)).toMatchObject({ kind: 'symlink' })
    expect(await files.stat(`${dir}/fifo`)).toMatchObject({ kind: 'other' })
    expect(await files.stat(dir)).toMatchObject({ kind: 'directory', uid: 0, gid: 0, mode: 0o755 })
    expect(await files.stat(`${dir}/absent/x`)).toEqual({ kind: 'absent' })
    expect(await files.stat(`${dir}/link/x`)).toEqual({ kind: 'unreadable', errno: 'ELOOP' })
  })
})

describe('making a directory', () => {
  test('gives it owner and mode whatever the umask, and tells who it is before it has its name', async () => {
    const umask = process.umask(0o077)
    let early: FileIdentity | undefined
    const made = await files.makeDirectory(`${dir}/new`, person, 0o711, '.usher-m', (identity) => {
      early = identity
      expect(existsSync(`${dir}/new`)).toBe(false)
    })
    process.umask(umask)
    expect(made).toEqual({ ok: true, identity: early })
    expect(modeOf(`${dir}/new`)).toBe('4242:4242 711')
    expect(readdirSync(dir)).toEqual(['new'])
  })

  test('never replaces what is there, an empty directory neither, and leaves nothing behind after undo', async () => {
    for (const arrange of [
      () => mkdirSync(`${dir}/x`),
      () => writeFileSync(`${dir}/x`, ''),
      () => symlinkSync('/nowhere', `${dir}/x`),
    ]) {
      arrange()
      expect(await files.makeDirectory(`${dir}/x`, person, 0o700, '.t')).toMatchObject({
        ok: false,
        failure: { code: 'path_occupied' },
      })
      expect(readdirSync(dir)).toEqual(['x'])
      execFileSync('rm', ['-r', `${dir}/x`])
    }
  })

  test('notices a directory that appears in the middle, and the temporary one can be removed', async () => {
    const made = await files.makeDirectory(`${dir}/x`, person, 0o700, '.t', () => mkdirSync(`${dir}/x`))
    expect(made).toMatchObject({ ok: false, failure: { code: 'path_occupied' } })
    expect(modeOf(`${dir}/x`)).toBe('0:0 755')
    expect(await files.removeTemporary(`${dir}/x`, '.t')).toEqual({ ok: true })
    expect(readdirSync(dir)).toEqual(['x'])
    expect(await files.removeTemporary(`${dir}/x`, '.t')).toEqual({ ok: true })
  })

  test('goes on with the temporary directory of an interrupted try', async () => {
    const crash = files.makeDirectory(`${dir}/x`, person, 0o700, '.t', () => {
      throw new Error('crash')
    })
    await expect(crash).rejects.toThrow('crash')
    expect(readdirSync(dir)).toEqual(['.t'])
    expect(await files.makeDirectory(`${dir}/x`, person, 0o700, '.t')).toMatchObject({ ok: true })
    expect(readdirSync(dir)).toEqual(['x'])
  })

  test('on a full disk fails as disk_full, on a read-only one as read_only', async () => {
    const full = mountTmpfs('size=4k,nr_inodes=2,mode=755')
    writeFileSync(`${full}/last`, '')
    expect(await files.makeDirectory(`${full}/x`, person, 0o700, '.t')).toMatchObject({
      ok: false,
      failure: { code: 'disk_full', params: { path: `${full}/x` } },
    })
    execFileSync('mount', ['-o', 'remount,ro', full])
    expect(await files.makeDirectory(`${full}/x`, person, 0o700, '.t')).toMatchObject({
      ok: false,
      failure: { code: 'read_only' },
    })
  })
})

describe('removing and keeping', () => {
  test('an empty directory goes only while it is the one that was made', async () => {
    mkdirSync(`${dir}/a`)
    mkdirSync(`${dir}/b`)
    const identity = await identityOf(`${dir}/a`)
    expect(await files.removeEmptyDirectory(`${dir}/b`, identity)).toMatchObject({ ok: false })
    writeFileSync(`${dir}/a/f`, '')
    expect(await files.removeEmptyDirectory(`${dir}/a`, identity)).toMatchObject({
      ok: false,
      failure: { code: 'path_occupied' },
    })
    execFileSync('rm', [`${dir}/a/f`])
    expect(await files.removeEmptyDirectory(`${dir}/a`, identity)).toEqual({ ok: true })
    expect(await files.removeEmptyDirectory(`${dir}/a`, identity)).toEqual({ ok: true })
    expect(readdirSync(dir)).toEqual(['b'])
  })

  test('quarantine moves into a folder that only root can enter, under a name that is free', async () => {
    for (const expected of ['home-ann', 'home-ann.2']) {
      mkdirSync(`${dir}/ann`)
      writeFileSync(`${dir}/ann/thesis`, 'x')
      const kept = await files.quarantine(`${dir}/ann`, await identityOf(`${dir}/ann`), 'home-ann')
      expect(kept).toEqual({ ok: true, keptAt: `${dir}/.usher-quarantine/${expected}` })
      expect(readFileSync(`${dir}/.usher-quarantine/${expected}/thesis`, 'utf8')).toBe('x')
    }
    expect(modeOf(`${dir}/.usher-quarantine`)).toBe('0:0 700')
  })

  test('quarantine refuses a folder of that name that somebody else owns, and another object', async () => {
    mkdirSync(`${dir}/ann`)
    mkdirSync(`${dir}/other`)
    const identity = await identityOf(`${dir}/ann`)
    expect(await files.quarantine(`${dir}/other`, identity, 'x')).toMatchObject({
      failure: { params: { reason: 'changed' } },
    })
    mkdirSync(`${dir}/.usher-quarantine`, 0o700)
    chownSync(`${dir}/.usher-quarantine`, 4242, 4242)
    expect(await files.quarantine(`${dir}/ann`, identity, 'x')).toMatchObject({
      failure: { params: { reason: 'owner' } },
    })
    expect(existsSync(`${dir}/ann`)).toBe(true)
  })

  test('what is in the data folder is kept there; across file systems nothing is copied', async () => {
    mkdirSync('/srv/data/memory/7', { recursive: true })
    expect(
      await files.quarantine('/srv/data/memory/7', await identityOf('/srv/data/memory/7'), 'memory-7'),
    ).toMatchObject({
      keptAt: '/srv/data/.usher-quarantine/memory-7',
    })
    mkdirSync('/srv/data/memory/8')
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', '/srv/data/memory'])
    mounts.push('/srv/data/memory')
    mkdirSync('/srv/data/memory/9')
    const kept = await files.quarantine(
      '/srv/data/memory/9',
      await identityOf('/srv/data/memory/9'),
      'memory-9',
    )
    expect(kept).toMatchObject({ ok: false, failure: { params: { reason: 'other_file_system' } } })
    expect(existsSync('/srv/data/memory/9')).toBe(true)
  })
})

describe('reading', () => {
  const options = { maxBytes: 100, allowedOwners: [0] }
  const refused = (reason: string) => ({ ok: false, failure: { code: 'path_unsafe', params: { reason } } })

  test.each([
    ['a link', 'symlink', () => symlinkSync('/etc/hostname', `${dir}/f`)],
    ['a pipe, without waiting for a writer', 'not_a_file', () => execFileSync('mkfifo', [`${dir}/f`])],
    // No driver has these numbers: opening it would say ENXIO.
    [
      'a device, without opening it',
      'not_a_file',
      () => execFileSync('mknod', [`${dir}/f`, 'c', '240', '7']),
    ],
    ['somebody else’s file', 'owner', () => makeFile(`${dir}/f`, 0o644, 4242)],
    ['a file that the group can write to', 'writable_by_others', () => makeFile(`${dir}/f`, 0o664)],
    ['a file over the limit', 'too_large', () => writeFileSync(`${dir}/f`, 'x'.repeat(101))],
    ['a file that is not UTF-8', 'not_utf8', () => writeFileSync(`${dir}/f`, Buffer.from([0xff, 0xfe]))],
    ['nothing', 'missing', () => {}],
  ])('a trusted file: refuses %s', async (_title, reason, arrange) => {
    arrange()
    expect(await files.readTrusted(`${dir}/f`, options)).toMatchObject(refused(reason))
  })

  test('a trusted file: gives text with its byte order mark, mode and owner', async () => {
    writeFileSync(`${dir}/f`, '\uFEFFä\r\n')
    chmodSync(`${dir}/f`, 0o640)
    expect(await files.readTrusted(`${dir}/f`, options)).toMatchObject({
      ok: true,
      text: '\uFEFFä\r\n',
      mode: 0o640,
      uid: 0,
    })
  })

  test('a file in a person’s tree: reads a regular one and refuses links and pipes', async () => {
    mkdirSync(`${dir}/home`)
    chownSync(`${dir}/home`, 4242, 4242)
    writeFileSync(`${dir}/home/f`, 'abc')
    expect(await files.readUntrusted(`${dir}/home/f`, 3)).toMatchObject({
      ok: true,
      bytes: Buffer.from('abc'),
    })
    expect(await files.readUntrusted(`${dir}/home/f`, 2)).toMatchObject(refused('too_large'))
    symlinkSync('/etc/shadow', `${dir}/home/l`)
    symlinkSync('/etc', `${dir}/home/d`)
    execFileSync('mkfifo', [`${dir}/home/p`])
    expect(await files.readUntrusted(`${dir}/home/l`, 9999)).toMatchObject(refused('symlink'))
    expect(await files.readUntrusted(`${dir}/home/d/shadow`, 9999)).toMatchObject(refused('symlink'))
    expect(await files.readUntrusted(`${dir}/home/p`, 9999)).toMatchObject(refused('not_a_file'))
  })
})

describe('replacing a trusted file', () => {
  test('keeps owner and mode, removes what an interrupted try left, and refuses a file that was exchanged', async () => {
    writeFileSync(`${dir}/f`, 'old')
    chmodSync(`${dir}/f`, 0o640)
    chownSync(`${dir}/f`, 0, 7)
    writeFileSync(`${dir}/.f.usher-new`, 'half')
    const identity = await identityOf(`${dir}/f`)
    expect(await files.replaceTrusted(`${dir}/f`, identity, 'new')).toEqual({ ok: true })
    expect(readFileSync(`${dir}/f`, 'utf8')).toBe('new')
    expect(modeOf(`${dir}/f`)).toBe('0:7 640')
    expect(readdirSync(dir)).toEqual(['f'])
    expect(await files.replaceTrusted(`${dir}/f`, identity, 'newer')).toMatchObject({
      failure: { code: 'path_occupied' },
    })
    expect(readFileSync(`${dir}/f`, 'utf8')).toBe('new')
  })

  test('does not replace what somebody put there while the new text was written', async () => {
    writeFileSync(`${dir}/f`, 'old')
    const identity = await identityOf(`${dir}/f`)
    const { fsyncSync } = fs
    fs.fsyncSync = (descriptor) => {
      writeFileSync(`${dir}/theirs`, 'theirs')
      renameSync(`${dir}/theirs`, `${dir}/f`)
      fsyncSync(descriptor)
    }
    syncBuiltinESMExports()
    try {
      const result = await files.replaceTrusted(`${dir}/f`, identity, 'new')
      expect(result).toMatchObject({ ok: false, failure: { code: 'path_occupied' } })
    } finally {
      fs.fsyncSync = fsyncSync
      syncBuiltinESMExports()
    }
    expect(readFileSync(`${dir}/f`, 'utf8')).toBe('theirs')
    expect(readdirSync(dir)).toEqual(['f'])
  })

  test('on a full disk the old text stays and nothing else is left', async () => {
    const full = mountTmpfs('size=8k,mode=755')
    writeFileSync(`${full}/f`, 'old')
    const result = await files.replaceTrusted(`${full}/f`, await identityOf(`${full}/f`), 'x'.repeat(20_000))
    expect(result).toMatchObject({ ok: false, failure: { code: 'disk_full' } })
    expect(readFileSync(`${full}/f`, 'utf8')).toBe('old')
    expect(readdirSync(full)).toEqual(['f'])
  })
})

describe('making a home', () => {
  test('that does not fit names the home, and not the skeleton that was copied', async () => {
    const small = mountTmpfs('size=64k,mode=755')
    mkdirSync(`${dir}/skel/deep`, { recursive: true })
    writeFileSync(`${dir}/skel/deep/large`, 'x'.repeat(200_000))
    const made = await files.makeHome(`${small}/ann`, person, `${dir}/skel`, '.t', () => {})
    expect(made).toMatchObject({
      ok: false,
      failure: { code: 'disk_full', params: { path: `${small}/ann` } },
    })
    expect(await files.removeTemporary(`${small}/ann`, '.t')).toEqual({ ok: true })
    expect(readdirSync(small)).toEqual([])
  })

  test.each([
    ['a folder that somebody else owns', 'owner', () => chownSync(`${dir}/skel/sub`, 4242, 4242)],
    ['a folder that others can write to', 'writable_by_others', () => chmodSync(`${dir}/skel/sub`, 0o777)],
    ['a sparse file of a terabyte', 'too_large', () => truncateSync(`${dir}/skel/sub/file`, 2 ** 40)],
  ])('refuses a skeleton with %s', async (_title, reason, arrange) => {
    mkdirSync(`${dir}/skel/sub`, { recursive: true })
    writeFileSync(`${dir}/skel/sub/file`, 'x')
    arrange()
    const begun = performance.now()
    expect(await files.makeHome(`${dir}/ann`, person, `${dir}/skel`, '.t', () => {})).toMatchObject({
      ok: false,
      failure: { code: 'path_unsafe', params: { reason } },
    })
    expect(performance.now() - begun).toBeLessThan(1000)
    expect(await files.removeTemporary(`${dir}/ann`, '.t')).toEqual({ ok: true })
    expect(readdirSync(dir)).toEqual(['skel'])
  })

  test('copies of a skeleton what is a file, a folder or a link, and waits for nothing', async () => {
    mkdirSync(`${dir}/skel`)
    symlinkSync('/etc/shadow', `${dir}/skel/link`)
    execFileSync('mkfifo', [`${dir}/skel/pipe`])
    execFileSync('mknod', [`${dir}/skel/zeros`, 'c', '1', '5'])
    writeFileSync(`${dir}/skel/setuid`, 'x')
    chmodSync(`${dir}/skel/setuid`, 0o6755)
    expect(await files.makeHome(`${dir}/ann`, person, `${dir}/skel`, '.t', () => {})).toMatchObject({
      ok: true,
    })
    expect(readdirSync(`${dir}/ann`).sort()).toEqual(['link', 'setuid'])
    expect(readlinkSync(`${dir}/ann/link`)).toBe('/etc/shadow')
    expect(modeOf(`${dir}/ann/setuid`)).toBe('4242:4242 755')
    expect(modeOf('/etc/shadow')).not.toContain('4242')
  })

  test('copies the skeleton with owner and mode, out of the owner’s reach until it is complete', async () => {
    mkdirSync(`${dir}/skel/.config/x`, { recursive: true })
    writeFileSync(`${dir}/skel/.bashrc`, '# rc\n')
    chmodSync(`${dir}/skel/.bashrc`, 0o666)
    symlinkSync('.bashrc', `${dir}/skel/.profile`)
    let staged: string[] = []
    const made = await files.makeHome(`${dir}/ann`, person, `${dir}/skel`, '.usher-m', () => {
      staged = readdirSync(dir)
      expect(modeOf(`${dir}/.usher-m`)).toBe('0:0 700')
    })
    expect(made).toMatchObject({ ok: true })
    expect(staged).toEqual(['.usher-m', 'skel'])
    expect(readdirSync(dir)).toEqual(['ann', 'skel'])
    expect(modeOf(`${dir}/ann`)).toBe('4242:4242 700')
    expect(modeOf(`${dir}/ann/.bashrc`)).toBe('4242:4242 644')
    expect(modeOf(`${dir}/ann/.config/x`)).toBe('4242:4242 755')
    expect(lstatSync(`${dir}/ann/.profile`).isSymbolicLink()).toBe(true)
    const listed = await files.listTree(`${dir}/ann`, 10)
    if (!made.ok || !listed.ok) throw new Error('not made')
    expect(listed.tree).toEqual(made.tree)
    expect(made.tree.map((entry) => entry.path)).toEqual(['.bashrc', '.config', '.config/x', '.profile'])
    writeFileSync(`${dir}/ann/.bashrc`, '# rd\n')
    const after = await files.listTree(`${dir}/ann`, 10)
    expect(after.ok && after.tree).not.toEqual(made.tree)
    expect(await files.listTree(`${dir}/ann`, 3)).toMatchObject({
      ok: false,
      failure: { code: 'path_occupied' },
    })
  })

  test('is not listed where its owner made it too deep or its names too long to list', async () => {
    const made = await files.makeHome(`${dir}/ann`, person, '/etc/skel', '.usher-m', () => {})
    expect(made).toMatchObject({ ok: true })
    const refused = { ok: false, failure: { code: 'path_occupied', params: { path: `${dir}/ann` } } }
    try {
      process.chdir(`${dir}/ann`)
      for (let depth = 0; depth < 4000; depth++) {
        mkdirSync('d'.repeat(200))
        process.chdir('d'.repeat(200))
      }
    } finally {
      process.chdir('/')
    }
    const before = process.memoryUsage().rss
    expect(await files.listTree(`${dir}/ann`, 20_000)).toMatchObject(refused)
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
  })

  test('after a crash in the middle, another try makes it and removal leaves nothing', async () => {
    const crash = () =>
      files.makeHome(`${dir}/ann`, person, '/etc/skel', '.usher-m', () => {
        throw new Error('crash')
      })
    await expect(crash()).rejects.toThrow('crash')
    expect(readdirSync(dir)).toEqual(['.usher-m'])
    expect(await files.removeTemporary(`${dir}/ann`, '.usher-m')).toEqual({ ok: true })
    expect(readdirSync(dir)).toEqual([])
    await expect(crash()).rejects.toThrow('crash')
    expect(await files.makeHome(`${dir}/ann`, person, '/etc/skel', '.usher-m', () => {})).toMatchObject({
      ok: true,
    })
    expect(readdirSync(dir)).toEqual(['ann'])
  })
})
