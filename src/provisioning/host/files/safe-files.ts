import type { PathFact } from '../../../domain/facts.ts'
import type { StepFailure } from '../../../domain/step.ts'

/** Identity of a file system object: what was made is recognized by it, whatever its path is later. */
export type FileIdentity = {
  dev: number
  ino: number
  /** Time of birth in milliseconds, because inode numbers are used again; 0 where the file system has none. */
  born: number
}

export type FileOutcome<T = object> = ({ ok: true } & T) | { ok: false; failure: StepFailure }

/** Owner and permission bits of something to be made. */
export interface Ownership {
  uid: number
  gid: number
}

/**
 * File operations as root that never follow a symbolic link in any component below `/` and never write inside a tree
 * that somebody else controls: each path is walked from `/` with O_NOFOLLOW, descriptor by descriptor, and every
 * component must be a directory that only root (or, in single-user mode, the caller) can change; else `path_unsafe`, whose
 * parameters are `path` (the component), `why` (words) and `reason` (for code: `missing`, `symlink`, an errno…).
 */
export interface SafeFiles {
  /** Looks only, in anybody's tree. A link or a file among the path's parents reads as `unreadable` (ELOOP, ENOTDIR). */
  stat(path: string): Promise<PathFact & { identity?: FileIdentity }>
  /**
   * Makes one directory atomically: temporary name, owner, mode, fsync, rename without replacing. A temporary directory
   * of that name from an earlier try is used again. `beforeRename` is told who it is, so that a journal knows it before
   * it has its final name.
   */
  makeDirectory(
    path: string,
    owner: Ownership,
    mode: number,
    temporaryName: string,
    beforeRename?: (identity: FileIdentity) => void,
  ): Promise<FileOutcome<{ identity: FileIdentity }>>
  /**
   * As `makeDirectory`, for a home: the directory gets copies of everything in `skeleton` (absent: nothing), all owned by
   * `owner`. It is built inside a root-only folder called `temporaryName` beside it, out of the owner's reach.
   */
  makeHome(
    path: string,
    owner: Ownership,
    skeleton: string,
    temporaryName: string,
    beforeRename: (made: { identity: FileIdentity; tree: TreeEntry[] }) => void,
  ): Promise<FileOutcome<{ identity: FileIdentity; tree: TreeEntry[] }>>
  /** Removes what an interrupted `makeDirectory` or `makeHome` left under `temporaryName` beside `path`. */
  removeTemporary(path: string, temporaryName: string): Promise<FileOutcome>
  /**
   * Every entry below the directory, sorted by path, in anybody's tree; reads no contents. Fails with `path_occupied` beyond
   * `limit` entries, and where something is mounted below it.
   */
  listTree(path: string, limit: number): Promise<FileOutcome<{ tree: TreeEntry[] }>>
  /** Whether every component up to the path's parent is safe for root to work under. */
  checkParents(path: string): Promise<FileOutcome>
  /**
   * Removes an empty directory if it still is the one with this identity; absent is success. `path_occupied` when it is
   * another one or not empty.
   */
  removeEmptyDirectory(path: string, identity: FileIdentity): Promise<FileOutcome>
  /**
   * Renames into the root-only folder `.usher-quarantine` of the same file system (the data folder's own for what is in
   * it, else beside the path); returns where it is. Never copies: another file system is a failure.
   */
  quarantine(path: string, identity: FileIdentity, name: string): Promise<FileOutcome<{ keptAt: string }>>
  /** Reads a root-trusted file: owner and mode are checked by fstat on the descriptor that is read. */
  readTrusted(
    path: string,
    options: { maxBytes: number; allowedOwners: number[] },
  ): Promise<FileOutcome<{ text: string; mode: number; uid: number; identity: FileIdentity }>>
  /**
   * Reads a file in anybody's tree: no link is followed, nothing but a regular file is opened, nothing blocks. What it says
   * proves nothing. Absent: `path_unsafe` with the reason `missing`.
   */
  readUntrusted(
    path: string,
    maxBytes: number,
  ): Promise<FileOutcome<{ bytes: Buffer; uid: number; mode: number; identity: FileIdentity }>>
  /**
   * Replaces the file with this identity by one with `text`, the same owner and mode: temporary name, fsync, rename, fsync of
   * the folder. `path_occupied` when the file is another one by now. With `null` there must be none yet, and it is made: this
   * process's own, 0600. The caller holds the lock of that file.
   */
  replaceTrusted(path: string, identity: FileIdentity | null, text: string): Promise<FileOutcome>
  /** Removes what an interrupted `replaceTrusted` left beside the file. The caller holds the lock of that file. */
  discardReplacement(path: string): Promise<FileOutcome>
}

/** One entry of a tree as it was left. `changed` is the inode's change time in ms, which no owner can set. */
export type TreeEntry = {
  path: string
  kind: 'directory' | 'file' | 'symlink' | 'other'
  uid: number
  mode: number
  size: number
  ino: number
  changed: number
}
