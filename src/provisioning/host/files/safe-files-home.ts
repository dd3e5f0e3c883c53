import {
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { readAll, withRegularFile } from './regular-file.ts'
import type { FileIdentity, Ownership, TreeEntry } from './safe-files.ts'
import { treeOf } from './safe-files-tree.ts'
import type { Trust } from './safe-files-walk.ts'
import {
  at,
  checkTrusted,
  identityOf,
  inDirectory,
  lstatAt,
  occupied,
  unsafe,
  withOpen,
} from './safe-files-walk.ts'

const { O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_WRONLY } = constants
/** More than this in the skeleton is a mistake, not a skeleton. */
const SKELETON_ENTRIES = 2000
const SKELETON_BYTES = 64 * 1024 * 1024

/**
 * Builds a home as `home` inside `staging`, which only root can enter: as long as it is there, nobody but root reaches
 * anything in it, whoever owns it by now.
 */
export function buildHome(
  staging: number,
  owner: Ownership,
  skeleton: string,
  trust: Trust,
): { identity: FileIdentity; tree: TreeEntry[] } {
  mkdirSync(at(staging, 'home'), 0o700)
  return withOpen(staging, 'home', O_RDONLY | O_DIRECTORY, (home) => {
    if (lstatSync(skeleton, { throwIfNoEntry: false })) {
      inDirectory(skeleton, trust, (source) =>
        copyInto(source, home, skeleton, {
          owner,
          trust,
          left: { entries: SKELETON_ENTRIES, bytes: SKELETON_BYTES },
        }),
      )
    }
    giveTo(home, owner, 0o700)
    fsyncSync(home)
    return { identity: identityOf(fstatSync(home)), tree: treeOf(home, skeleton, SKELETON_ENTRIES) }
  })
}

interface Copying {
  owner: Ownership
  trust: Trust
  /** What may still be copied. */
  left: { entries: number; bytes: number }
}

/** Copies files, folders and links. What somebody else could exchange meanwhile is refused, not copied. */
function copyInto(source: number, target: number, path: string, copying: Copying): void {
  const { owner, trust, left } = copying
  for (const name of readdirSync(at(source, '.'))) {
    const below = `${path}/${name}`
    if (--left.entries < 0) throw unsafe(path, 'too_large')
    const stats = lstatAt(source, name)
    if (stats?.isSymbolicLink()) {
      symlinkSync(readlinkSync(at(source, name)), at(target, name))
      lchownSync(at(target, name), owner.uid, owner.gid)
    } else if (stats?.isFile()) {
      withRegularFile(source, name, below, (from, { size, mode }) => {
        left.bytes -= size
        if (left.bytes < 0) throw unsafe(below, 'too_large')
        withOpen(target, name, O_WRONLY | O_CREAT | O_EXCL, (to) => {
          writeAll(to, readAll(from, below, size))
          giveTo(to, owner, mode & 0o755)
        })
      })
    } else if (stats?.isDirectory()) {
      mkdirSync(at(target, name), 0o700)
      withOpen(source, name, O_RDONLY | O_DIRECTORY, (from) => {
        checkTrusted(from, below, trust, false)
        withOpen(target, name, O_RDONLY | O_DIRECTORY, (to) => {
          copyInto(from, to, below, copying)
          giveTo(to, owner, stats.mode & 0o755)
        })
      })
    }
  }
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done)
}

function giveTo(descriptor: number, owner: Ownership, mode: number): void {
  fchownSync(descriptor, owner.uid, owner.gid)
  fchmodSync(descriptor, mode)
}

/**
 * Removes an unfinished directory of ours with everything in it; absent is success. Only what is root's own and closed
 * to everybody else, or empty, is ever emptied here: nobody can exchange anything in it meanwhile.
 */
export function removeStaging(parent: number, name: string, path: string): void {
  const stats = lstatAt(parent, name)
  if (stats === null) return
  if (!stats.isDirectory()) throw occupied(path)
  withOpen(parent, name, O_RDONLY | O_DIRECTORY, (staging) => {
    const { uid, mode } = fstatSync(staging)
    if (uid === process.getuid?.() && (mode & 0o077) === 0) empty(staging)
  })
  rmdirSync(at(parent, name))
}

function empty(directory: number): void {
  for (const name of readdirSync(at(directory, '.'))) {
    if (lstatAt(directory, name)?.isDirectory()) {
      withOpen(directory, name, O_RDONLY | O_DIRECTORY, empty)
      rmdirSync(at(directory, name))
    } else unlinkSync(at(directory, name))
  }
}
