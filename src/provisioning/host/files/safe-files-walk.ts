import type { Stats } from 'node:fs'
import { closeSync, constants, fstatSync, fsyncSync, lstatSync, openSync } from 'node:fs'
import type { StepFailure } from '../../../domain/step.ts'
import { platformOf } from '../platform.ts'
import type { FileIdentity, TreeEntry } from './safe-files.ts'
import { isSameObject } from './same-object.ts'

/**
 * Walking a path descriptor by descriptor. Node has no `openat`; a path through the descriptor is the same: the kernel goes to
 * the directory that it is (no path is resolved again) and looks up `name` in it.
 */

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants

/** Who may be able to change the directories on the way. */
export interface Trust {
  owners: ReadonlySet<number>
  /** Whether `/tmp` and its like (root's, sticky) may be on the way: what is below belongs to a trusted owner then. */
  stickyOnTheWay: boolean
}

/** Root alone; in single-user mode the caller as well, also in a folder of theirs below /tmp. */
export function trustOf(mode: 'system' | 'single-user'): Trust {
  if (mode === 'system') return { owners: new Set([0]), stickyOnTheWay: false }
  return { owners: new Set([0, process.getuid?.() ?? 0]), stickyOnTheWay: true }
}

/** Why a path is refused, in words for people; the key is the failure's `reason`, for code. */
const REASONS = {
  not_absolute: 'it is not an absolute path without "." and ".."',
  missing: 'it is missing',
  symlink: 'it is a symbolic link',
  not_a_directory: 'it is not a folder',
  not_a_file: 'it is not a regular file',
  owner: 'it belongs to somebody else',
  writable_by_others: 'others can write to it',
  too_large: 'it is too large',
  not_utf8: 'it is not text in UTF-8',
  other_file_system: 'it is on another file system than its quarantine',
  changed: 'it is not what it was a moment ago',
} as const
export type UnsafeReason = keyof typeof REASONS

/** Carries a failure out of synchronous code that holds descriptors; never leaves this folder. */
export class PathError extends Error {
  readonly failure: StepFailure
  constructor(failure: StepFailure) {
    super(failure.code)
    this.failure = failure
  }
}

/** What is thrown where a path is not safe to use. */
export function unsafe(path: string, reason: UnsafeReason, detail?: string): PathError {
  const params = { path, reason, why: REASONS[reason] }
  return new PathError({ code: 'path_unsafe', params, ...(detail ? { detail } : {}) })
}

/** What is thrown where something else stands in the way. */
export function occupied(path: string): PathError {
  return new PathError({ code: 'path_occupied', params: { path } })
}

/** `name` in the directory that `descriptor` is, for any function of `node:fs`. */
export function at(descriptor: number, name: string): string {
  return platformOf().entryPath(descriptor, name, () => fstatSync(descriptor))
}

/** Runs `use` with a descriptor (for walking only) of the directory in which the path's last component stands. */
export function inParent<T>(path: string, trust: Trust | null, use: (parent: number, name: string) => T): T {
  const names = componentsOf(path)
  const last = names.pop()
  if (last === undefined) throw unsafe(path, 'not_absolute')
  return walk(names, path, trust, (parent) => use(parent, last))
}

/** Runs `use` with a descriptor (for walking only) of the directory at `path` itself. */
export function inDirectory<T>(path: string, trust: Trust | null, use: (directory: number) => T): T {
  return walk(componentsOf(path), path, trust, use)
}

/**
 * Opens an entry of a directory without following a link and without blocking, runs `use` and closes it. `flags` are those of
 * open(2) beside O_NOFOLLOW and O_NONBLOCK.
 */
export function withOpen<T>(parent: number, name: string, flags: number, use: (descriptor: number) => T): T {
  const descriptor = openSync(at(parent, name), flags | O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    return use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Makes renames in a directory durable. Its descriptor may be one for walking only, on which fsync(2) is not allowed. */
export function fsyncDirectory(directory: number): void {
  const descriptor = openSync(at(directory, '.'), O_RDONLY | O_DIRECTORY)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** What `name` is, without following it; null when it is absent. */
export function lstatAt(parent: number, name: string): Stats | null {
  return lstatSync(at(parent, name), { throwIfNoEntry: false }) ?? null
}

/** What a directory entry is; devices, FIFOs and sockets are `other`. */
export function kindOf(stats: Stats): TreeEntry['kind'] {
  if (stats.isDirectory()) return 'directory'
  if (stats.isFile()) return 'file'
  return stats.isSymbolicLink() ? 'symlink' : 'other'
}

/** By what the object is known again. */
export function identityOf(stats: Stats): FileIdentity {
  return { dev: stats.dev, ino: stats.ino, born: stats.birthtimeMs }
}

/** Whether this is the object with this identity. */
export function isSame(stats: Stats, identity: FileIdentity): boolean {
  return isSameObject(identityOf(stats), identity)
}

function componentsOf(path: string): string[] {
  const names = path.split('/')
  if (names.shift() !== '' || path.includes('\0')) throw unsafe(path, 'not_absolute')
  if (names.length === 1 && names[0] === '') return []
  if (names.some((name) => name === '' || name === '.' || name === '..')) throw unsafe(path, 'not_absolute')
  return names
}

function walk<T>(names: string[], path: string, trust: Trust | null, use: (directory: number) => T): T {
  const directory = openDirectory(names, path, trust)
  try {
    return use(directory)
  } finally {
    closeSync(directory)
  }
}

/** What fails on the way is about this path; what fails in the work there is the caller's to name. */
function openDirectory(names: string[], path: string, trust: Trust | null): number {
  const { walkFlag } = platformOf()
  let descriptor = openSync('/', walkFlag | O_DIRECTORY)
  try {
    let walked = ''
    if (trust) checkTrusted(descriptor, '/', trust, names.length > 0)
    for (const [index, name] of names.entries()) {
      walked += `/${name}`
      const next = openNext(descriptor, name, walked)
      closeSync(descriptor)
      descriptor = next
      if (trust) checkTrusted(descriptor, walked, trust, index < names.length - 1)
    }
    return descriptor
  } catch (error) {
    closeSync(descriptor)
    throw isErrno(error) ? new PathError(failureOf(error, path)) : error
  }
}

function openNext(parent: number, name: string, walked: string): number {
  try {
    return openSync(at(parent, name), platformOf().walkFlag | O_DIRECTORY | O_NOFOLLOW)
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT') throw unsafe(walked, 'missing')
    if (code !== 'ENOTDIR' && code !== 'ELOOP') throw error
    throw unsafe(walked, lstatAt(parent, name)?.isSymbolicLink() ? 'symlink' : 'not_a_directory')
  }
}

/** Refuses a directory that anybody beside the trusted could change. */
export function checkTrusted(descriptor: number, walked: string, trust: Trust, onTheWay: boolean): void {
  const { uid, mode } = fstatSync(descriptor)
  if (!trust.owners.has(uid)) throw unsafe(walked, 'owner')
  // The group bits show the mask where there is an ACL, so a named entry with write permission is seen here too.
  if ((mode & 0o022) === 0) return
  const sticky = (mode & 0o1000) !== 0 && uid === 0
  if (!(sticky && trust.stickyOnTheWay && onTheWay)) throw unsafe(walked, 'writable_by_others')
}

/** Whether a system call failed, as opposed to a bug or to a throw of what was called back. */
function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'errno' in error && 'syscall' in error
}

/** The errno name of a failed system call, else an empty string. */
export function errnoOf(error: unknown): string {
  return isErrno(error) ? (error.code ?? '') : ''
}

/** What a thrown error means for a step. @throws the error itself when it is not about a path */
export function failureOf(error: unknown, path: string): StepFailure {
  if (error instanceof PathError) return error.failure
  if (!isErrno(error)) throw error
  const code = errnoOf(error)
  const detail = error.message
  if (code === 'ENOSPC' || code === 'EDQUOT') return { code: 'disk_full', params: { path }, detail }
  if (code === 'EROFS') return { code: 'read_only', params: { path }, detail }
  if (code === 'EEXIST' || code === 'ENOTEMPTY') return { code: 'path_occupied', params: { path }, detail }
  if (code === 'EXDEV') return unsafe(path, 'other_file_system', detail).failure
  if (code === 'ENOENT') return unsafe(path, 'missing', detail).failure
  if (code === 'ELOOP') return unsafe(path, 'symlink', detail).failure
  return { code: 'path_unsafe', params: { path, reason: code, why: `the system refused (${code})` }, detail }
}
