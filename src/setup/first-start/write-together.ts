import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { othersCanReplace } from '../../config/trusted-file.ts'
import { type Outcome, type Owner, octal } from '../ensure.ts'

/** A file as it should be, whatever it was. */
export interface WantedFile {
  path: string
  content: string
  owner: Owner
  mode: number
  /** What it is, for people. Its content may be secret and is never told. */
  what: string
}

export interface WriteOptions {
  dryRun: boolean
  /** Uids that may own what is on the way to a path. */
  trusted: readonly number[]
}

/**
 * Puts all files in place or none: each is written whole under another name beside its own first, and renamed only when every one is on
 * the disk. When a rename fails, those before it get their old files back.
 */
export function writeTogether(files: readonly WantedFile[], options: WriteOptions): Outcome[] {
  const outcomes = files.map((file) => look(file, options))
  const isRefused = outcomes.some(({ state }) => state === 'problem')
  if (options.dryRun || isRefused) return outcomes
  const changing = files.filter((_, index) => outcomes[index]?.state === 'change')
  const undo: (() => void)[] = []
  try {
    for (const file of changing) {
      const temporary = `${file.path}${NEW}`
      // Left by one that was killed.
      removeIfThere(temporary)
      removeIfThere(`${file.path}${OLD}`)
      undo.push(() => removeIfThere(temporary))
      writeWhole(temporary, file)
    }
    for (const { path } of changing) {
      const old = `${path}${OLD}`
      const hadOne = linkIfThere(path, old)
      undo.push(() => (hadOne ? renameSync(old, path) : removeIfThere(path)))
      renameSync(`${path}${NEW}`, path)
    }
  } catch (error) {
    for (const step of undo.reverse()) step()
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const failed = {
      state: 'problem' as const,
      text: `cannot be written: ${REASONS[why] ?? why}; nothing was changed`,
    }
    return files.map(({ path }) => ({ ...failed, subject: path }))
  }
  for (const { path } of changing) removeIfThere(`${path}${OLD}`)
  for (const folder of new Set(changing.map(({ path }) => dirname(path)))) syncFolder(folder)
  return outcomes
}

const NEW = '.usher-setup-new'
const OLD = '.usher-setup-old'

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room and say it again',
  EROFS: 'the file system is read-only; mount it writable and say it again',
  EDQUOT: 'the quota is used up; make room and say it again',
  EACCES: 'permission denied',
}

function look({ path, content, owner, mode, what }: WantedFile, { trusted }: WriteOptions): Outcome {
  const done = (state: Outcome['state'], text: string): Outcome => ({ state, subject: path, text })
  const unsafe = othersCanReplace(path, trusted)
  if (unsafe !== null) return done('problem', unsafe)
  const wish = `${what}, ${octal(mode)} ${owner.name}`
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT') return done('change', `file made: ${wish}`)
    return done(
      'problem',
      `cannot use ${path}: ${code === 'ELOOP' ? 'it is a symbolic link' : code}; move it away`,
    )
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) return done('problem', `cannot use ${path}: it is not a plain file; move it away`)
    const isSame =
      stat.size === Buffer.byteLength(content) && read(descriptor, stat.size).equals(Buffer.from(content))
    const asWanted = stat.uid === owner.uid && stat.gid === owner.gid && (stat.mode & 0o7777) === mode
    if (isSame && asWanted) return done('already', wish)
    return done('change', isSame ? `file set to ${wish}` : `file written: ${wish}`)
  } finally {
    closeSync(descriptor)
  }
}

function read(descriptor: number, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let length = 0
  while (length < size) {
    const got = readSync(descriptor, bytes, length, size - length, null)
    if (got === 0) break
    length += got
  }
  return bytes.subarray(0, length)
}

function writeWhole(path: string, { content, owner, mode }: WantedFile): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  const descriptor = openSync(path, flags, 0o600)
  try {
    const bytes = Buffer.from(content)
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done)
    fchownSync(descriptor, owner.uid, owner.gid)
    fchmodSync(descriptor, mode)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function linkIfThere(path: string, to: string): boolean {
  try {
    linkSync(path, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(join(folder, '.'), constants.O_RDONLY)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
