import type { Stats } from 'node:fs'
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import type { PathFact } from '../../../domain/facts.ts'
import type { FileOutcome, SafeFiles } from './safe-files.ts'
import { buildHome, removeStaging } from './safe-files-home.ts'
import { treeOf } from './safe-files-tree.ts'
import {
  at,
  errnoOf,
  failureOf,
  identityOf,
  inDirectory,
  inParent,
  isSame,
  lstatAt,
  PathError,
  trustOf,
  unsafe,
  withOpen,
} from './safe-files-walk.ts'

const { O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_WRONLY } = constants
const QUARANTINE = '.usher-quarantine'

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
        inDirectory(path, null, (directory) => ({ tree: treeOf(directory, path, limit) })),
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
      const inData = path.startsWith(`${dataDir}/`)
      const folder = inData ? dataDir : path.slice(0, path.lastIndexOf('/'))
      return outcome(path, () =>
        inParent(path, trust, (parent, last) =>
          inDirectory(folder, trust, (base) => {
            const stats = lstatAt(parent, last)
            if (stats === null || !isSame(stats, identity)) throw unsafe(path, 'changed')
            const keptAt = withQuarantine(base, folder, (quarantine) => {
              const free = freeName(quarantine, name)
              renameSync(at(parent, last), at(quarantine, free))
              return `${folder}/${QUARANTINE}/${free}`
            })
            return { keptAt }
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
          const temporary = replacementName(name)
          discardReplacement(parent, name)
          const old = lstatAt(parent, name)
          if (old === null || !isSame(old, identity)) throw occupied(path)
          try {
            withOpen(parent, temporary, O_WRONLY | O_CREAT | O_EXCL, (descriptor) => {
              const bytes = Buffer.from(text)
              for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done)
              fchownSync(descriptor, old.uid, old.gid)
              fchmodSync(descriptor, old.mode & 0o7777)
              fsyncSync(descriptor)
            })
            const now = lstatAt(parent, name)
            if (now === null || !isSame(now, identity) || now.mtimeMs !== old.mtimeMs) throw occupied(path)
            renameSync(at(parent, temporary), at(parent, name))
          } catch (error) {
            if (lstatAt(parent, temporary) !== null) unlinkSync(at(parent, temporary))
            throw error
          }
          fsyncDirectory(parent)
          return {}
        }),
      )
    },
  }
}

function replacementName(name: string): string {
  return `.${name}.usher-new`
}

/** What an interrupted replacement left; the caller's lock says that no other one is at work. */
function discardReplacement(parent: number, name: string): void {
  const temporary = replacementName(name)
  if (lstatAt(parent, temporary)?.isFile()) unlinkSync(at(parent, temporary))
}

function outcome<T extends object>(path: string, work: () => T): FileOutcome<T> {
  try {
    return { ok: true, ...work() }
  } catch (error) {
    return { ok: false, failure: failureOf(error, path) }
  }
}

function occupied(path: string): PathError {
  return new PathError({ code: 'path_occupied', params: { path } })
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

/** `directory` may be a descriptor for walking only, on which fsync(2) is not allowed. */
function fsyncDirectory(directory: number): void {
  const descriptor = openSync(at(directory, '.'), O_RDONLY | O_DIRECTORY)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function withQuarantine<T>(base: number, folder: string, use: (quarantine: number) => T): T {
  try {
    mkdirSync(at(base, QUARANTINE), 0o700)
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  }
  return withOpen(base, QUARANTINE, O_RDONLY | O_DIRECTORY, (quarantine) => {
    const { uid, mode } = fstatSync(quarantine)
    if (uid !== process.getuid?.()) throw unsafe(`${folder}/${QUARANTINE}`, 'owner')
    if ((mode & 0o077) !== 0) throw unsafe(`${folder}/${QUARANTINE}`, 'writable_by_others')
    return use(quarantine)
  })
}

function freeName(directory: number, name: string): string {
  if (name.includes('/') || name === '' || name.startsWith('.')) throw new Error(`cannot keep as "${name}"`)
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? name : `${name}.${count}`
    if (lstatAt(directory, candidate) === null) return candidate
  }
}

function withRegularFile<T>(
  parent: number,
  name: string,
  path: string,
  use: (descriptor: number, stats: Stats) => T,
): T {
  // Looked at before it is opened, so that a device is never opened; and again on the descriptor that is read.
  const before = lstatAt(parent, name)
  if (before === null) throw unsafe(path, 'missing')
  if (!before.isFile()) throw unsafe(path, before.isSymbolicLink() ? 'symlink' : 'not_a_file')
  return withOpen(parent, name, O_RDONLY, (descriptor) => {
    const stats = fstatSync(descriptor)
    if (!stats.isFile()) throw unsafe(path, 'not_a_file')
    return use(descriptor, stats)
  })
}

function readAll(descriptor: number, path: string, maxBytes: number): Buffer {
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

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw unsafe(path, 'not_utf8')
  }
}

function factOf(stats: Stats | null): PathFact & { identity?: ReturnType<typeof identityOf> } {
  if (stats === null) return { kind: 'absent' }
  const kind = stats.isDirectory()
    ? 'directory'
    : stats.isFile()
      ? 'file'
      : stats.isSymbolicLink()
        ? 'symlink'
        : 'other'
  return { kind, uid: stats.uid, gid: stats.gid, mode: stats.mode & 0o7777, identity: identityOf(stats) }
}

function statFailure(error: unknown): PathFact {
  const { code, params } = failureOf(error, '')
  const reason = params?.['reason']
  if (reason === 'missing') return { kind: 'absent' }
  const errno =
    reason === 'symlink' ? 'ELOOP' : reason === 'not_a_directory' ? 'ENOTDIR' : String(reason ?? code)
  return { kind: 'unreadable', errno }
}
