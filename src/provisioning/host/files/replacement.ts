import {
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs'
import type { FileIdentity } from './safe-files.ts'
import { at, fsyncDirectory, isSame, lstatAt, occupied, withOpen } from './safe-files-walk.ts'

const { O_CREAT, O_EXCL, O_WRONLY } = constants

/**
 * Puts `text` in the place of the file `name` of `parent` if it still is the one with this identity, with the same owner and
 * mode: temporary name, fsync, rename, fsync of the folder. Without an identity there must be none, and it becomes this process's
 * own, 0600. The caller holds the lock of that file.
 */
export function replaceFile(
  parent: number,
  name: string,
  path: string,
  identity: FileIdentity | null,
  text: string,
): void {
  const temporary = replacementName(name)
  discardReplacement(parent, name)
  const old = lstatAt(parent, name)
  if (!isExpected(old, identity)) throw occupied(path)
  try {
    withOpen(parent, temporary, O_WRONLY | O_CREAT | O_EXCL, (descriptor) => {
      const bytes = Buffer.from(text)
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done)
      if (old !== null) fchownSync(descriptor, old.uid, old.gid)
      fchmodSync(descriptor, old === null ? 0o600 : old.mode & 0o7777)
      fsyncSync(descriptor)
    })
    const now = lstatAt(parent, name)
    if (!isExpected(now, identity) || now?.mtimeMs !== old?.mtimeMs) throw occupied(path)
    renameSync(at(parent, temporary), at(parent, name))
  } catch (error) {
    if (lstatAt(parent, temporary) !== null) unlinkSync(at(parent, temporary))
    throw error
  }
  fsyncDirectory(parent)
}

function isExpected(found: Stats | null, identity: FileIdentity | null): boolean {
  if (found === null || identity === null) return found === null && identity === null
  return isSame(found, identity)
}

/** Removes what an interrupted replacement left; the caller's lock says that no other one is at work. */
export function discardReplacement(parent: number, name: string): void {
  const temporary = replacementName(name)
  if (lstatAt(parent, temporary)?.isFile()) unlinkSync(at(parent, temporary))
}

function replacementName(name: string): string {
  return `.${name}.usher-new`
}
