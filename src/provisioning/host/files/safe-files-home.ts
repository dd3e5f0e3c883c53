import {
  constants,
  copyFileSync,
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
} from 'node:fs'
import type { FileIdentity, Ownership, TreeEntry } from './safe-files.ts'
import { treeOf } from './safe-files-tree.ts'
import type { Trust } from './safe-files-walk.ts'
import { at, identityOf, inDirectory, lstatAt, occupied, unsafe, withOpen } from './safe-files-walk.ts'

const { O_DIRECTORY, O_RDONLY } = constants
/** More than this in the skeleton is a mistake, not a skeleton. */
const SKELETON_LIMIT = 2000

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
        copyInto(source, home, skeleton, owner, { left: SKELETON_LIMIT }),
      )
    }
    fchownSync(home, owner.uid, owner.gid)
    fchmodSync(home, 0o700)
    fsyncSync(home)
    return { identity: identityOf(fstatSync(home)), tree: treeOf(home, skeleton, SKELETON_LIMIT) }
  })
}

function copyInto(
  source: number,
  target: number,
  path: string,
  owner: Ownership,
  budget: { left: number },
): void {
  for (const name of readdirSync(at(source, '.'))) {
    if (--budget.left < 0) throw unsafe(path, 'too_large')
    const stats = lstatAt(source, name)
    if (stats?.isSymbolicLink()) {
      symlinkSync(readlinkSync(at(source, name)), at(target, name))
      lchownSync(at(target, name), owner.uid, owner.gid)
    } else if (stats?.isFile()) {
      copyFileSync(at(source, name), at(target, name), constants.COPYFILE_EXCL)
      own(target, name, O_RDONLY, owner, stats.mode & 0o755)
    } else if (stats?.isDirectory()) {
      mkdirSync(at(target, name), 0o700)
      withOpen(source, name, O_RDONLY | O_DIRECTORY, (from) =>
        withOpen(target, name, O_RDONLY | O_DIRECTORY, (to) =>
          copyInto(from, to, `${path}/${name}`, owner, budget),
        ),
      )
      own(target, name, O_RDONLY | O_DIRECTORY, owner, stats.mode & 0o755)
    }
  }
}

function own(parent: number, name: string, flags: number, owner: Ownership, mode: number): void {
  withOpen(parent, name, flags, (descriptor) => {
    fchownSync(descriptor, owner.uid, owner.gid)
    fchmodSync(descriptor, mode)
  })
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
