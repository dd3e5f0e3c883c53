import { sqliteCode } from './lock.ts'

/** SQLITE_READONLY and SQLITE_FULL of sqlite3.h. */
const PROBLEMS = new Map([
  [8, 'disk_read_only'],
  [13, 'disk_full'],
] as const)

/** What of the disk made a write fail, or null when this error is about something else. */
export function diskProblemOf(error: unknown): 'disk_full' | 'disk_read_only' | null {
  return PROBLEMS.get(sqliteCode(error) as 8 | 13) ?? null
}
