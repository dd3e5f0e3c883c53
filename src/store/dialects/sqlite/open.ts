import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Database, StoreProblem } from '../../database.ts'
import { copyBefore } from './copy.ts'
import { damageOf, isCheckedAtOnce, isCorrupt, laterDamageOf } from './damage.ts'
import { createSqliteDatabase } from './execute.ts'
import { takeLock, touchPrivate } from './lock.ts'
import { migrate } from './migrate.ts'

export type OpenResult = { ok: true; database: Database } | { ok: false; problem: StoreProblem }

/**
 * Opens the worker's database, making it and its folder when absent, and migrates it. The file is 0600, the folder as it
 * is or 0700. Takes the one-worker lock first (`<file>.lock`), so a second worker changes nothing.
 * Whether it is damaged is looked at first, or, of a large one, left to `laterDamage`.
 *
 * synchronous=FULL: a transition that was answered or acted upon must survive a power cut, and one commit costs
 * about 0.2 ms; NORMAL would save that and lose the last transitions.
 */
export function openSqlite(file: string): OpenResult {
  let release: (() => void) | null = null
  let connection: DatabaseSync | null = null
  const refuse = (code: StoreProblem['code'], message: string): OpenResult => {
    connection?.close()
    release?.()
    return { ok: false, problem: { code, message } }
  }
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    release = takeLock(`${file}.lock`)
    if (release === null) {
      return refuse('second_worker', `cannot open ${file}: another worker has it open; stop that one first`)
    }
    touchPrivate(file)
    const atOnce = isCheckedAtOnce(file)
    connection = new DatabaseSync(file, { timeout: 50, enableForeignKeyConstraints: true })
    connection.exec('pragma journal_mode = wal')
    connection.exec('pragma synchronous = full')
    connection.exec('pragma trusted_schema = off')
    const damage = atOnce ? damageOf(connection, file) : null
    if (damage !== null) return refuse('corrupt', corruptMessage(file, damage))
    const migrated = migrate(connection, file)
    if (!migrated.ok && migrated.code === 'no_copy') {
      return refuse(
        'unusable',
        `cannot migrate ${file}: the copy that is made before it, ${copyBefore(file, migrated.migration)}, failed ` +
          `(${migrated.why}); the database is as it was; make room in its folder, or go on with the older version of usher`,
      )
    }
    if (!migrated.ok) {
      return refuse(
        'newer_schema',
        `cannot open ${file}: its schema is version ${migrated.found}, this program knows ${migrated.known}; ` +
          `a newer version of usher has used it: start that one (usher install --switch), or put back what was there before ` +
          `(docs/roll-back.md)`,
      )
    }
    const laterDamage = atOnce ? null : (signal: AbortSignal) => laterDamageOf(file, signal)
    return { ok: true, database: createSqliteDatabase(connection, release, laterDamage) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return isCorrupt(error)
      ? refuse('corrupt', corruptMessage(file, why))
      : refuse('unusable', `cannot open ${file}: ${why}; check its folder's owner, mode and free space`)
  }
}

function corruptMessage(file: string, why: string): string {
  return `cannot open ${file}: the database is damaged (${why}); move it away and restore a backup`
}
