import { closeSync, constants, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** SQLITE_BUSY, the primary result code of every "somebody else holds it". */
export const SQLITE_BUSY = 5

/** The SQLite primary result code of an error, or null when it is not SQLite's. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null
  return error.errcode & 0xff
}

/** Makes the file 0600 if it is absent, refusing to follow a symbolic link. */
export function touchPrivate(file: string): void {
  closeSync(openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600))
}

/**
 * Takes the lock that says "one worker": an exclusive transaction that is never committed, on a database of its own.
 * The kernel drops it with the process, so kill -9 leaves no stale lock, and nobody but root can open the file.
 *
 * @returns the release function, or null when another process holds the lock
 */
export function takeLock(file: string): (() => void) | null {
  touchPrivate(file)
  const holder = new DatabaseSync(file, { timeout: 0 })
  try {
    holder.exec('pragma journal_mode = memory')
    holder.exec('begin exclusive')
    return () => holder.close()
  } catch (error) {
    holder.close()
    if (sqliteCode(error) === SQLITE_BUSY) return null
    throw error
  }
}
