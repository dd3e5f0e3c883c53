import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** The ids of runs that change the host right now, read from the worker's database beside it; none where there is no database. */
export function runsUnderWay(state: string): number[] {
  const file = join(state, 'usher.db')
  if (!existsSync(file)) return []
  const database = new DatabaseSync(file, { readOnly: true, timeout: 2_000 })
  try {
    const rows = database
      .prepare("select id from runs where state in ('running', 'undoing') order by id")
      .all()
    return rows.map(({ id }) => Number(id))
  } catch {
    // A database that cannot be read has no run that could be told.
    return []
  } finally {
    database.close()
  }
}
