import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { distrustOf, distrustOfWay } from './trusted-path.ts'

export type TrustedRead =
  | { ok: true; text: string; ownerUid: number; mode: number }
  | { ok: false; reason: 'absent' | 'unreadable' | 'untrusted'; message: string }

export interface Trust {
  /** Uids that may own the file; nobody else may be able to write it. */
  owners: readonly number[]
  /** Whether every folder on the way must be out of reach of others too (what root reads). */
  parents: boolean
  /** Bits that the mode must not have, besides 0022. */
  forbiddenMode?: number
  /** A file of more bytes is refused. */
  maxBytes?: number
}

/**
 * Reads a small file whose content decides something. Owner and mode are checked by `fstat` on the descriptor that is
 * read (no symbolic link at the end, no FIFO that blocks), so there is no gap between check and use.
 */
export function readTrusted(path: string, trust: Trust): TrustedRead {
  if (trust.parents) {
    const problem = othersCanReplace(path, trust.owners)
    if (problem !== null) return { ok: false, reason: 'untrusted', message: problem }
  }
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    return unreadable(path, error, trust)
  }
  try {
    const stat = fstatSync(fd)
    const message = distrust(path, stat, trust)
    if (message !== null) return { ok: false, reason: 'untrusted', message }
    return { ok: true, text: readAll(fd, stat.size), ownerUid: stat.uid, mode: stat.mode & 0o7777 }
  } catch (error) {
    return unreadable(path, error, trust)
  } finally {
    closeSync(fd)
  }
}

/**
 * Why somebody other than `owners` could put something else at `path`, or null: the message of `distrustOfWay`, which says what
 * is looked at.
 */
export function othersCanReplace(path: string, owners: readonly number[]): string | null {
  return distrustOfWay(path, { owners, way: 'lenient' })?.message ?? null
}

function distrust(file: string, stat: Stats, trust: Trust): string | null {
  if (!stat.isFile()) return `cannot use ${path(file)}: it is not a plain file`
  const distrusted = distrustOf(file, stat, { owners: trust.owners, way: 'strict' })
  if (distrusted !== null) return distrusted.message
  if ((stat.mode & (trust.forbiddenMode ?? 0)) !== 0) {
    return `cannot use ${path(file)}: others can read it; run chmod 0600 on it`
  }
  const max = trust.maxBytes ?? 1024 * 1024
  return stat.size > max ? `cannot use ${path(file)}: it is larger than ${max} bytes` : null
}

function readAll(fd: number, size: number): string {
  const buffer = Buffer.alloc(size)
  let length = 0
  while (length < size) {
    const read = readSync(fd, buffer, length, size - length, null)
    if (read === 0) break
    length += read
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length))
}

function unreadable(file: string, error: unknown, { forbiddenMode = 0 }: Trust): TrustedRead {
  const code = error instanceof Error && 'code' in error ? String(error.code) : null
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return { ok: false, reason: 'absent', message: `cannot read ${path(file)}: there is no such file` }
  }
  const why =
    code === 'ELOOP'
      ? 'it is a symbolic link; put the real file there'
      : code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
        ? 'it is not UTF-8 text'
        : code === 'EACCES'
          ? // A file that others must not read is never made readable for all to mend this.
            `permission denied; it must ${forbiddenMode === 0 ? 'be readable for you (chmod 0644)' : `be yours, with mode 0600`}`
          : (code ?? 'unknown error')
  return { ok: false, reason: 'unreadable', message: `cannot read ${path(file)}: ${why}` }
}

function path(value: string): string {
  return JSON.stringify(value)
}
