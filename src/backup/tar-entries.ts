import { fstatSync, readSync } from 'node:fs'

/** One entry of a tar archive in GNU's form (tar(5)), as far as Usher's own have any. */
export interface TarEntry {
  /** A character for each byte: names that differ stay different, whatever bytes people chose. */
  name: string
  /**
   * `whiteout`: the character device 0:0, which anybody may make and which opens nothing (mknod(2)). `deep`: its name, of which
   * this is the beginning, is longer than any path that can be opened.
   */
  type: 'file' | 'folder' | 'symlink' | 'fifo' | 'whiteout' | 'deep' | 'other'
  size: number
  /** Where its bytes begin. */
  offset: number
}

export type TarWalk = { ok: true } | { ok: false; why: string }

const BLOCK = 512
/** The longest name that is read, in bytes: PATH_MAX. */
const LONGEST_NAME = 4096
const TYPES: Readonly<Record<string, TarEntry['type']>> = {
  '0': 'file',
  '\0': 'file',
  '2': 'symlink',
  '5': 'folder',
  '6': 'fifo',
}

/**
 * Walks over the headers of an archive and says what does not belong there; the first thing that `look` says ends it. Nothing is
 * written. Sizes are never believed beyond the end of the file.
 */
export function walkTar(fd: number, look: (entry: TarEntry) => string | null): TarWalk {
  const end = fstatSync(fd).size
  let at = 0
  let longName: string | null = null
  const bad = (why: string): TarWalk => ({ ok: false, why: `${why} (at byte ${at})` })
  for (;;) {
    const header = block(fd, at)
    if (header === null) return bad('it ends in the middle')
    if (header.every((byte) => byte === 0))
      return isZeroFrom(fd, at, end) ? { ok: true } : bad('something stands behind its end')
    if (!isWhole(header)) return bad('a header is damaged')
    const size = numberAt(header, 124, 12)
    const type = String.fromCharCode(header[156] ?? 0)
    if (size === null || size > end - at - BLOCK) return bad('a size is beyond the end')
    const offset = at + BLOCK
    at = offset + Math.ceil(size / BLOCK) * BLOCK
    if (type === 'L' || type === 'K') {
      const text = Buffer.alloc(Math.min(size, LONGEST_NAME))
      readSync(fd, text, 0, text.length, offset)
      const name = textOf(text)
      if (size > LONGEST_NAME) return bad(look({ name, type: 'deep', size, offset }) ?? 'a name is too long')
      if (type === 'L') longName = name
      continue
    }
    const name: string = longName ?? textOf(header.subarray(0, 100))
    longName = null
    const why = look({
      name,
      type: isWhiteout(header, type) ? 'whiteout' : (TYPES[type] ?? 'other'),
      size,
      offset,
    })
    if (why !== null) return bad(why)
  }
}

function isWhiteout(header: Buffer, type: string): boolean {
  return type === '3' && numberAt(header, 329, 8) === 0 && numberAt(header, 337, 8) === 0
}

function block(fd: number, at: number): Buffer | null {
  const header = Buffer.alloc(BLOCK)
  return readSync(fd, header, 0, BLOCK, at) === BLOCK ? header : null
}

/** GNU's magic, no prefix as POSIX has it, and the sum of all bytes with the field of the sum as spaces. */
function isWhole(header: Buffer): boolean {
  if (header.toString('latin1', 257, 265) !== 'ustar  \0') return false
  const told = numberAt(header, 148, 8)
  let sum = 0
  for (const [index, byte] of header.entries()) sum += index >= 148 && index < 156 ? 32 : byte
  return told === sum
}

/** Octal digits, or base 256 where the first bit is set. Null for anything else. */
function numberAt(header: Buffer, from: number, length: number): number | null {
  const field = header.subarray(from, from + length)
  if (field[0] === 0x80) {
    let value = 0
    for (const byte of field.subarray(1)) value = value * 256 + byte
    return Number.isSafeInteger(value) ? value : null
  }
  const text = textOf(field).trim()
  return /^[0-7]{1,12}$/.test(text) ? Number.parseInt(text, 8) : null
}

function textOf(field: Buffer): string {
  const end = field.indexOf(0)
  return field.toString('latin1', 0, end < 0 ? field.length : end)
}

function isZeroFrom(fd: number, from: number, end: number): boolean {
  // GNU fills up to 20 blocks; a little more is let through and a lot is not read.
  if (end - from > 1024 * 1024) return false
  const rest = Buffer.alloc(Math.max(0, end - from))
  readSync(fd, rest, 0, rest.length, from)
  return rest.every((byte) => byte === 0)
}
