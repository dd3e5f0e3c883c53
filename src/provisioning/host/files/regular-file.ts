import type { Stats } from 'node:fs'
import { constants, fstatSync, readSync } from 'node:fs'
import { lstatAt, unsafe, withOpen } from './safe-files-walk.ts'

/** Runs `use` with a descriptor of a regular file that can be read; anything else is refused. */
export function withRegularFile<T>(
  parent: number,
  name: string,
  path: string,
  use: (descriptor: number, stats: Stats) => T,
): T {
  // Looked at before it is opened, so that a device is never opened; and again on the descriptor that is read.
  const before = lstatAt(parent, name)
  if (before === null) throw unsafe(path, 'missing')
  if (!before.isFile()) throw unsafe(path, before.isSymbolicLink() ? 'symlink' : 'not_a_file')
  return withOpen(parent, name, constants.O_RDONLY, (descriptor) => {
    const stats = fstatSync(descriptor)
    if (!stats.isFile()) throw unsafe(path, 'not_a_file')
    return use(descriptor, stats)
  })
}

/** The whole file; one that is larger than `maxBytes` or grows meanwhile is refused. */
export function readAll(descriptor: number, path: string, maxBytes: number): Buffer {
  const { size } = fstatSync(descriptor)
  if (size > maxBytes) throw unsafe(path, 'too_large')
  const buffer = Buffer.alloc(size + 1)
  let length = 0
  for (;;) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null)
    if (count === 0) return buffer.subarray(0, length)
    length += count
    if (length > size) throw unsafe(path, 'changed')
  }
}

/** Bytes as text; a byte order mark stays. What is not UTF-8 is refused. */
export function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw unsafe(path, 'not_utf8')
  }
}
