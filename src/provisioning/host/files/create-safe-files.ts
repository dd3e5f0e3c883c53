import type { Stats } from 'node:fs'
import {
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  renameSync,
  rmdirSync,
} from 'node:fs'
import type { PathFact } from '../../../domain/facts.ts'
import { hasMountBelow } from './mounts.ts'
import { moveToQuarantine, quarantinedFrom } from './quarantine.ts'
import { decode, readAll, withRegularFile } from './regular-file.ts'
import { discardReplacement, replaceFile } from './replacement.ts'
import type { FileOutcome, SafeFiles } from './safe-files.ts'
import { buildHome, removeStaging } from './safe-files-home.ts'
import { treeOf } from './safe-files-tree.ts'
import {
  at,
  errnoOf,
  failureOf,
  fsyncDirectory,
  identityOf,
  inDirectory,
  inParent,
  isSame,
  kindOf,
  lstatAt,
  occupied,
  trustOf,
  unsafe,
  withOpen,
} from './safe-files-walk.ts'

const { O_DIRECTORY, O_RDONLY } = constants

export interface SafeFilesOptions {
  mode: 'system' | 'single-user'
  /** What is in this folder has its quarantine there. */
  dataDir: string
}

/**
 * Everything here is synchronous inside one promise: between a look and the deed that rests on it nothing else of this
 * process runs. Under parents that only root can change, only another process of root could come in between.
 */
export function createSafeFiles({ mode, dataDir }: SafeFilesOptions): SafeFiles {
  const trust = trustOf(mode)

  return {
    async stat(path) {
      try {
        return inParent(path, null, (parent, name) => factOf(lstatAt(parent, name)))
      } catch (error) {
        return statFailure(error)
      }
    },

    async checkParents(path) {
      return outcome(path, () => inParent(path, trust, () => ({})))
    },

    async makeDirectory(path, owner, permissions, temporaryName, beforeRename) {
      return outcome(path, () =>
        inParent(path, trust, (parent, name) => {
          refuseOccupied(parent, name, path)
          makeOrReuse(parent, temporaryName, path)
          const identity = withOpen(parent, temporaryName, O_RDONLY | O_DIRECTORY, (directory) => {
            fchownSync(directory, owner.uid, owner.gid)
            fchmodSync(directory, permissions)
            fsyncSync(directory)
            return identityOf(fstatSync(directory))
          })
          beforeRename?.(identity)
          place(parent, temporaryName, parent, name, path)
          return { identity }
        }),
      )
    },

    async makeHome(path, owner, skeleton, temporaryName, beforeRename) {
      return outcome(path, () =>
        inParent(path, trust, (parent, name) => {
          refuseOccupied(parent, name, path)
          removeStaging(parent, temporaryName, path)
          mkdirSync(at(parent, temporaryName), 0o700)
          const made = withOpen(parent, temporaryName, O_RDONLY | O_DIRECTORY, (staging) => {
            const built = buildHome(staging, owner, skeleton, trust)
            beforeRename(built)
            place(staging, 'home', parent, name, path)
            return built
          })
          rmdirSync(at(parent, temporaryName))
          return made
        }),
      )
    },

    async removeTemporary(path, temporaryName) {
      return outcome(path, () =>
        inParent(path, trust, (parent) => {
          removeStaging(parent, temporaryName, path)
          return {}
        }),
      )
    },

    async listTree(path, limit) {
      return outcome(path, () =>
        inDirectory(path, null, (directory) => {
          if (hasMountBelow(path)) throw occupied(path)
          return { tree: treeOf(directory, path, limit) }
        }),
      )
    },

    async removeEmptyDirectory(path, identity) {
      return outcome(path, () =>
        inParent(path, trust, (parent, name) => {
          const stats = lstatAt(parent, name)
          if (stats === null) return {}
          if (!stats.isDirectory() || !isSame(stats, identity)) throw occupied(path)
          rmdirSync(at(parent, name))
          return {}
        }),
      )
    },

    async quarantine(path, identity, name) {
      const folder = quarantinedFrom(path, dataDir)
      return outcome(path, () =>
        inParent(path, trust, (parent, last) =>
          inDirectory(folder, trust, (base) => {
            const stats = lstatAt(parent, last)
            if (stats === null || !isSame(stats, identity)) throw unsafe(path, 'changed')
            return { keptAt: moveToQuarantine(parent, last, base, folder, name) }
          }),
        ),
      )
    },

    async readTrusted(path, { maxBytes, allowedOwners }) {
      return outcome(path, () =>
        inParent(path, trust, (parent, name) =>
          withRegularFile(parent, name, path, (descriptor, stats) => {
            if (!allowedOwners.includes(stats.uid)) throw unsafe(path, 'owner')
            if ((stats.mode & 0o022) !== 0) throw unsafe(path, 'writable_by_others')
            const bytes = readAll(descriptor, path, maxBytes)
            return {
              text: decode(bytes, path),
              mode: stats.mode & 0o7777,
              uid: stats.uid,
              identity: identityOf(stats),
            }
          }),
        ),
      )
    },

    async readUntrusted(path, maxBytes) {
      return outcome(path, () =>
        inParent(path, null, (parent, name) =>
          withRegularFile(parent, name, path, (descriptor, stats) => {
            const bytes = readAll(descriptor, path, maxBytes)
            return { bytes, uid: stats.uid, mode: stats.mode & 0o7777, identity: identityOf(stats) }
          }),
        ),
      )
    },

    async discardReplacement(path) {
      return outcome(path, () =>
        inParent(path, trust, (parent, name) => {
          discardReplacement(parent, name)
          return {}
        }),
      )
    },

    async replaceTrusted(path, identity, text) {
      return outcome(path, () =>
        inParent(path, trust, (parent, name) => {
          replaceFile(parent, name, path, identity, text)
          return {}
        }),
      )
    },
  }
}

function outcome<T extends object>(path: string, work: () => T): FileOutcome<T> {
  try {
    return { ok: true, ...work() }
  } catch (error) {
    return { ok: false, failure: failureOf(error, path) }
  }
}

function refuseOccupied(parent: number, name: string, path: string): void {
  if (lstatAt(parent, name) !== null) throw occupied(path)
}

/** Our own unfinished directory of an earlier try is empty and has this unguessable name. */
function makeOrReuse(parent: number, temporaryName: string, path: string): void {
  try {
    mkdirSync(at(parent, temporaryName), 0o700)
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
    if (!lstatAt(parent, temporaryName)?.isDirectory()) throw occupied(path)
  }
}

/**
 * Rename without replacing. rename(2) itself refuses a file, a link and a directory with something in it; an empty
 * directory it would replace, which only another process of root could make between the look and the rename.
 */
function place(from: number, fromName: string, to: number, toName: string, path: string): void {
  refuseOccupied(to, toName, path)
  renameSync(at(from, fromName), at(to, toName))
  fsyncDirectory(to)
}

function factOf(stats: Stats | null): PathFact & { identity?: ReturnType<typeof identityOf> } {
  if (stats === null) return { kind: 'absent' }
  return {
    kind: kindOf(stats),
    uid: stats.uid,
    gid: stats.gid,
    mode: stats.mode & 0o7777,
    identity: identityOf(stats),
  }
}

function statFailure(error: unknown): PathFact {
  const { code, params } = failureOf(error, '')
  const reason = params?.['reason']
  if (reason === 'missing') return { kind: 'absent' }
  const errno =
    reason === 'symlink' ? 'ELOOP' : reason === 'not_a_directory' ? 'ENOTDIR' : String(reason ?? code)
  return { kind: 'unreadable', errno }
}
