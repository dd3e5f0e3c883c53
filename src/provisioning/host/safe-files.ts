import type { PathFact } from '../../domain/facts.ts'
import type { StepFailure } from '../../domain/step.ts'

/** Identity of a file system object: what was made is recognized by it, whatever its path is later. */
export interface FileIdentity {
  dev: number
  ino: number
}

export type FileOutcome<T = object> = ({ ok: true } & T) | { ok: false; failure: StepFailure }

/**
 * File operations as root that never follow a symbolic link in any component below `/` and never write inside a tree
 * that somebody else controls: each path is walked from `/` with O_NOFOLLOW, descriptor by descriptor, and every
 * component must be a directory that only root (or, in single-user mode, the caller) can change; else `path_unsafe`.
 */
export interface SafeFiles {
  stat(path: string): Promise<PathFact & { identity?: FileIdentity }>
  /** Makes one directory atomically: temporary name, owner, mode, fsync, rename without replacing. */
  makeDirectory(
    path: string,
    owner: { uid: number; gid: number },
    mode: number,
    temporaryName: string,
  ): Promise<FileOutcome<{ identity: FileIdentity }>>
  /** Whether every component up to the path's parent is safe for root to work under. */
  checkParents(path: string): Promise<FileOutcome>
  /** Removes an empty directory if it still is the one with this identity. */
  removeEmptyDirectory(path: string, identity: FileIdentity): Promise<FileOutcome>
  /** Renames into the root-only quarantine (same file system, else copies nothing and fails); returns where it is. */
  quarantine(path: string, identity: FileIdentity, name: string): Promise<FileOutcome<{ keptAt: string }>>
  /** Reads a root-trusted file: owner and mode are checked by fstat on the descriptor that is read. */
  readTrusted(
    path: string,
    options: { maxBytes: number; allowedOwners: number[] },
  ): Promise<FileOutcome<{ text: string; mode: number; uid: number }>>
}
