import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { openStore } from '../../src/store/open-store.ts'

/** Makes the database, if it is absent, and fills it; beyond 8 MB it is not looked through before it is used. */
export function fillDatabase(file: string, megabytes: number): void {
  const opened = openStore(file)
  if (!opened.ok) throw new Error(opened.problem.message)
  const { store } = opened
  store.transaction(() => {
    for (let n = 0; n < megabytes * 16; n++) store.meta.set(`filler ${n}`, 'x'.repeat(64 * 1024))
  })
  store.close()
}

/**
 * Overwrites the middle of a page of the table `approvals`, as a dying disk does; nothing that is used at the start stands there.
 *
 * @returns the good bytes, as a backup has them
 */
export function damageDatabase(file: string): Buffer {
  const good = readFileSync(file)
  const connection = new DatabaseSync(file)
  const select = "select rootpage from sqlite_schema where name = 'approvals'"
  const { rootpage } = connection.prepare(select).get() as { rootpage: number }
  const { page_size } = connection.prepare('pragma page_size').get() as { page_size: number }
  connection.close()
  const bytes = Buffer.from(good)
  // The page's head: its kind, and where its cells stand.
  bytes.fill(0xff, (rootpage - 1) * page_size, rootpage * page_size)
  writeFileSync(file, bytes)
  return good
}
