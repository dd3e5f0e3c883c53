import type { StoreProblem } from './database.ts'
import { openSqlite } from './dialects/sqlite/open.ts'
import { createStore, type Store } from './store.ts'

export type OpenStoreResult = { ok: true; store: Store } | { ok: false; problem: StoreProblem }

/** Opens the worker's store at an absolute path; a second worker on the same file is refused as `second_worker`. */
export function openStore(file: string): OpenStoreResult {
  const opened = openSqlite(file)
  return opened.ok ? { ok: true, store: createStore(opened.database) } : opened
}
