import type { DatabaseSync } from 'node:sqlite'
import { MIGRATIONS } from '../../migrations/index.ts'
import { copyBeforeMigration } from './copy.ts'

export type MigrateResult =
  | { ok: true }
  | { ok: false; code: 'newer'; found: number; known: number }
  /** There is no copy to go back to, and so nothing was migrated. */
  | { ok: false; code: 'no_copy'; why: string; migration: number }

/**
 * Brings the schema up to date, each migration in a transaction with its version number. Foreign keys are off meanwhile, which a
 * table that is copied needs (sqlite.org/lang_altertable.html), and a migration that breaks one is rolled back.
 *
 * A database that is in use already is copied beside itself before the first migration, so that an older version of the program
 * can be put back together with what it can read.
 */
export function migrate(connection: DatabaseSync, file: string): MigrateResult {
  const row = connection.prepare('pragma user_version').get() as { user_version: number }
  if (row.user_version > MIGRATIONS.length) {
    return { ok: false, code: 'newer', found: row.user_version, known: MIGRATIONS.length }
  }
  if (row.user_version > 0 && row.user_version < MIGRATIONS.length) {
    const migration = row.user_version + 1
    try {
      copyBeforeMigration(connection, file, migration)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return { ok: false, code: 'no_copy', why, migration }
    }
  }
  connection.exec('pragma foreign_keys = off')
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < row.user_version) continue
    connection.exec(`begin immediate; ${sql}; pragma user_version = ${index + 1}`)
    const broken = connection.prepare('pragma foreign_key_check').all()
    if (broken.length > 0) {
      connection.exec('rollback')
      throw new Error(`migration ${index + 1} leaves ${broken.length} rows without what they refer to`)
    }
    connection.exec('commit')
  }
  connection.exec('pragma foreign_keys = on')
  return { ok: true }
}
