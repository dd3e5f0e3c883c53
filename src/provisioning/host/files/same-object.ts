import type { FileIdentity } from './safe-files.ts'

/**
 * Whether both are known and the same file system object. An unknown time of birth counts as equal: what is left then is
 * device and inode number.
 */
export function isSameObject(
  one: FileIdentity | null | undefined,
  other: FileIdentity | null | undefined,
): boolean {
  if (!one || !other) return false
  const born = one.born === 0 || other.born === 0 || one.born === other.born
  return one.dev === other.dev && one.ino === other.ino && born
}
