import { DatabaseSync } from 'node:sqlite'

/** Every row of every table, by table: two snapshots are equal exactly when nothing was written in between. */
export function databaseSnapshot(file: string): Record<string, unknown[]> {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const tables = database
      .prepare("select name from sqlite_schema where type = 'table' order by name")
      .all()
      .map((row) => String(row['name']))
    return Object.fromEntries(
      tables.map((table) => [table, database.prepare(`select * from "${table}"`).all()]),
    )
  } finally {
    database.close()
  }
}
