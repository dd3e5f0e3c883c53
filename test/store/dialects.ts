import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite } from '../../src/store/dialects/sqlite/open.ts'
import { createStore, type Store } from '../../src/store/store.ts'

/** A database of one dialect on a real disk, with what a test needs to open it again. */
export interface TestDatabase {
  open(): Store
  remove(): void
}

/** Every dialect that the store suite runs on. */
export const dialects: { name: string; create(): TestDatabase }[] = [
  {
    name: 'sqlite',
    create() {
      const folder = mkdtempSync(join(tmpdir(), 'usher-store-'))
      const opened = new Set<Store>()
      return {
        open() {
          const result = openSqlite(join(folder, 'usher.db'))
          if (!result.ok) throw new Error(result.problem.message)
          const store = createStore(result.database)
          opened.add(store)
          const close = store.close
          store.close = () => {
            if (opened.delete(store)) close()
          }
          return store
        },
        remove() {
          for (const store of opened) store.close()
          rmSync(folder, { recursive: true })
        },
      }
    },
  },
]
