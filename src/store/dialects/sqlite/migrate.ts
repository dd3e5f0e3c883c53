import type { DatabaseSync } from 'node:sqlite'
import { MIGRATIONS } from '../../migrations/index.ts'

export type MigrateResult = { ok: true } | { ok: false; found: number; known: number }

/** Brings the schema up to date, each migration in a transaction with its version number. */
export function migrate(connection: DatabaseSync): MigrateResult {
  const row = connection.prepare('pragma user_version').get() as { user_version: number }
  if (row.user_version > MIGRATIONS.length) {
    return { ok: false, found: row.user_version, known: MIGRATIONS.length }
  }
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < row.user_version) continue
    connection.exec(`begin immediate; ${sql}; pragma user_version = ${index + 1}; commit`)
  }
  return { ok: true }
}
