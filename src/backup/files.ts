import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants
const CHUNK = 1024 * 1024

export type WholeRead =
  | { ok: true; bytes: Buffer; uid: number; mode: number }
  | { ok: false; reason: 'absent' | 'refused'; why: string }

/** Reads a file that one of these uids owns and nobody else can write, without following a link: bytes, owner and mode. */
export function readWhole(path: string, owners: readonly number[], maxBytes: number): WholeRead {
  let fd: number
  try {
    fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return { ok: false, reason: 'absent', why: 'it is not there' }
    return { ok: false, reason: 'refused', why: code === 'ELOOP' ? 'it is a symbolic link' : code }
  }
  try {
    const stat = fstatSync(fd)
    const why = distrust(stat, owners, maxBytes)
    if (why !== null) return { ok: false, reason: 'refused', why }
    return { ok: true, bytes: readAll(fd, stat.size), uid: stat.uid, mode: stat.mode & 0o7777 }
  } finally {
    closeSync(fd)
  }
}

function distrust(stat: Stats, owners: readonly number[], maxBytes: number): string | null {
  if (!stat.isFile()) return 'it is not a plain file'
  if (!owners.includes(stat.uid)) return `it belongs to uid ${stat.uid}`
  if ((stat.mode & 0o022) !== 0) return 'others can write to it; run chmod go-w on it'
  return stat.size > maxBytes ? `it is larger than ${maxBytes} bytes` : null
}

function readAll(fd: number, size: number): Buffer {
  const buffer = Buffer.alloc(size)
  let length = 0
  while (length < size) {
    const read = readSync(fd, buffer, length, size - length, null)
    if (read === 0) break
    length += read
  }
  return buffer.subarray(0, length)
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Size and hash of a file, a piece at a time. */
export function measured(path: string): { size: number; sha256: string } {
  const fd = openSync(path, O_RDONLY | O_NOFOLLOW)
  try {
    const hash = createHash('sha256')
    const buffer = Buffer.alloc(CHUNK)
    let size = 0
    for (;;) {
      const read = readSync(fd, buffer, 0, CHUNK, null)
      if (read === 0) return { size, sha256: hash.digest('hex') }
      hash.update(buffer.subarray(0, read))
      size += read
    }
  } finally {
    closeSync(fd)
  }
}

export interface NewFile {
  mode: number
  uid?: number
  gid?: number
}

/** Makes a file that was not there, with this owner and mode, and puts it on the disk. One that fails is not left behind. */
export function writeNew(path: string, bytes: Buffer | string, file: NewFile): void {
  copyInto(path, file, (fd) => writeAll(fd, Buffer.from(bytes)))
}

/** The same with what stands in another file. */
export function copyNew(from: string, to: string, file: NewFile): void {
  const source = openSync(from, O_RDONLY | O_NOFOLLOW)
  try {
    copyInto(to, file, (fd) => {
      const buffer = Buffer.alloc(CHUNK)
      for (let read = readSync(source, buffer, 0, CHUNK, null); read > 0; ) {
        writeAll(fd, buffer.subarray(0, read))
        read = readSync(source, buffer, 0, CHUNK, null)
      }
    })
  } finally {
    closeSync(source)
  }
}

function copyInto(path: string, { mode, uid, gid }: NewFile, fill: (fd: number) => void): void {
  const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    fill(fd)
    if (uid !== undefined && gid !== undefined) fchownSync(fd, uid, gid)
    fchmodSync(fd, mode)
    fsyncSync(fd)
  } catch (error) {
    unlinkSync(path)
    throw error
  } finally {
    closeSync(fd)
  }
}

export function writeAll(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
}

/** Makes what was written to a file, or renamed in a folder, last. */
export function sync(path: string): void {
  const fd = openSync(path, O_RDONLY | O_NOFOLLOW)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Removes a folder of plain files that is ours; one that is not there is fine. */
export function removeFlatFolder(folder: string): void {
  if (!isThere(folder)) return
  for (const name of readdirSync(folder)) unlinkSync(join(folder, name))
  rmdirSync(folder)
}
