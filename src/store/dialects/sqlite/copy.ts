import { closeSync, constants, fsyncSync, openSync, readdirSync, renameSync, unlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'

/** How many copies stay: the one of the newest migration, and the one before it. */
const KEPT = 2

/** Where the copy stands that is made before the migration of this number, beside the database: `usher.db.before-0012`. */
export function copyBefore(file: string, migration: number): string {
  return `${file}.before-${String(migration).padStart(4, '0')}`
}

/**
 * Copies the database as it is now beside it, before the migration of this number changes it. The copy is whole and on the disk
 * when this returns, or it is not there and an older one of that name is as it was; throws what SQLite or the file system says.
 * Older copies beyond the last two go.
 */
export function copyBeforeMigration(connection: DatabaseSync, file: string, migration: number): void {
  copyTo(connection, copyBefore(file, migration))
  for (const older of copiesOf(file).slice(0, -KEPT)) unlinkSync(older)
}

/**
 * Puts the state that this connection sees at `target`, 0600, under another name first; whatever was there stays until the copy is
 * on the disk, and stays when this throws. `vacuum into` reads one state, write-ahead log included, and does not sync
 * (sqlite.org/lang_vacuum.html). `finish` may still change the copy.
 */
export function copyTo(
  connection: DatabaseSync,
  target: string,
  finish: (copy: string) => void = () => {},
): void {
  const temporary = `${target}.new`
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  removeIfThere(temporary)
  // It may not exist or must be empty: made by us, so that nobody else could ever read it.
  closeSync(openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600))
  try {
    connection.prepare('vacuum into ?').run(temporary)
    finish(temporary)
    syncFile(temporary)
    renameSync(temporary, target)
  } catch (error) {
    removeIfThere(temporary)
    throw error
  }
  syncFile(dirname(target))
}

/** The copies beside a database, oldest migration first. */
export function copiesOf(file: string): string[] {
  const prefix = `${basename(file)}.before-`
  const isCopy = (name: string) => name.startsWith(prefix) && /^\d{4}$/.test(name.slice(prefix.length))
  return readdirSync(dirname(file))
    .filter(isCopy)
    .sort()
    .map((name) => join(dirname(file), name))
}

/** Makes what was written to a file, or renamed in a folder, last. */
function syncFile(path: string): void {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

export function removeIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}
