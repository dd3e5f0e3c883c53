import type { DatabaseSync } from 'node:sqlite'
import { MIGRATIONS } from '../../migrations/index.ts'

export type MigrateResult = { ok: true } | { ok: false; found: number; known: number }

/**
 * Brings the schema up to date, each migration in a transaction with its version number. Foreign keys are off meanwhile, which a
 * table that is copied needs (sqlite.org/lang_altertable.html), and a migration that breaks one is rolled back.
 */
export function migrate(connection: DatabaseSync): MigrateResult {
  const row = connection.prepare('pragma user_version').get() as { user_version: number }
  if (row.user_version > MIGRATIONS.length) {
    return { ok: false, found: row.user_version, known: MIGRATIONS.length }
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
