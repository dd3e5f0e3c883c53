import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { type ChainEnd, GENESIS } from '../domain/event-hash.ts'
import { copyTo } from './dialects/sqlite/copy.ts'
import { takeLock } from './dialects/sqlite/lock.ts'
import { MIGRATIONS } from './migrations/index.ts'

/** What a backup's manifest says of a database, and what a restore compares. Times are epoch milliseconds. */
export interface DatabaseFacts {
  /** Which migrations it has had. */
  schema: number
  /** The end of its history. */
  end: ChainEnd
  /** The next uid that would be given; null when none ever was. */
  nextUid: number | null
  /** Runs that are queued or under way. */
  unfinishedRuns: number
  requests: number
}

/** How many migrations this program knows: a database with more is a newer version's. */
export const KNOWN_SCHEMA = MIGRATIONS.length

/** The lock that says "one worker" on the database of this path; null while somebody has it. */
export function takeWorkerLock(databaseFile: string): (() => void) | null {
  return takeLock(`${databaseFile}.lock`)
}

/**
 * Puts one state of the database at `into`, whole and synced, 0600, while the worker goes on: one read transaction on a connection
 * that cannot write. Throws what SQLite or the file system says.
 */
export function snapshotDatabase(file: string, into: string): DatabaseFacts {
  const connection = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  try {
    copyTo(connection, into)
  } finally {
    connection.close()
  }
  return factsOf(into)
}

/** What stands in a database; nothing is written. Throws what SQLite says. */
export function factsOf(file: string): DatabaseFacts {
  const connection = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  try {
    const number = (query: string) => Number(Object.values(connection.prepare(query).get() ?? {})[0] ?? 0)
    return {
      schema: number('pragma user_version'),
      end: endOf(connection),
      nextUid: nextUidOf(connection),
      unfinishedRuns: number("select count(*) from runs where state in ('queued', 'running', 'undoing')"),
      requests: number('select count(*) from requests'),
    }
  } finally {
    connection.close()
  }
}

/** The next uid of a database that may be damaged or no database at all; null when it does not say. */
export function nextUidIn(file: string): number | null {
  if (!existsSync(file)) return null
  try {
    const connection = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
    try {
      return nextUidOf(connection)
    } finally {
      connection.close()
    }
  } catch {
    return null
  }
}

/** What is damaged in a database, or null. Reads it whole. */
export function damageIn(file: string): string | null {
  try {
    const connection = new DatabaseSync(file, { readOnly: true })
    try {
      const row = connection.prepare('pragma quick_check(1)').get() as { quick_check: string } | undefined
      return row?.quick_check === 'ok' ? null : (row?.quick_check ?? 'no answer')
    } finally {
      connection.close()
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** What a restore changes in the database that it is about to put back. */
export interface RestoreChanges {
  /** No uid below is ever given again. */
  uidFloor: number | null
  /** What the worker puts into the history when it starts. */
  note: { at: number; backup_at: number; from_host: string }
  /** The database that stood there: what uid 0 took away stays taken away. Null when there is none that can be read. */
  before: string | null
}

/** The name in `meta` under which a restore leaves word for the worker. */
export const RESTORED_KEY = 'restored'

/**
 * Makes a database fit to take the place of another: the counter of uids never goes back, Telegram accounts that were revoked since
 * stay revoked, and a freeze that is in force stays. The connection is closed with everything in the one file.
 */
export function prepareRestored(file: string, { uidFloor, note, before }: RestoreChanges): void {
  const connection = new DatabaseSync(file, { timeout: 5000 })
  try {
    connection.exec('pragma journal_mode = delete; pragma synchronous = full')
    const put = connection.prepare(
      'insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
    )
    connection.exec('begin immediate')
    const next = Math.max(uidFloor ?? 0, nextUidOf(connection) ?? 0)
    if (next > 0) put.run('next_uid', String(next))
    put.run(RESTORED_KEY, JSON.stringify(note))
    connection.exec('commit')
    if (before !== null) keepTakenAway(connection, before)
  } finally {
    connection.close()
  }
}

function keepTakenAway(connection: DatabaseSync, before: string): void {
  try {
    connection.prepare('attach ? as before').run(before)
  } catch {
    return
  }
  const has = connection.prepare("select 1 from before.sqlite_schema where type = 'table' and name = ?")
  const hasOwn = connection.prepare("select 1 from main.sqlite_schema where type = 'table' and name = ?")
  const both = (table: string) => has.get(table) !== undefined && hasOwn.get(table) !== undefined
  if (both('revoked_telegram_ids')) {
    connection.exec(
      'insert or ignore into main.revoked_telegram_ids (telegram_id, at, reason) ' +
        'select telegram_id, at, reason from before.revoked_telegram_ids',
    )
  }
  if (both('freezes')) {
    connection.exec(
      'insert into main.freezes (at, by, why) select at, by, why from before.freezes where ended_at is null ' +
        'and not exists (select 1 from main.freezes where ended_at is null)',
    )
  }
}

function nextUidOf(connection: DatabaseSync): number | null {
  const row = connection.prepare("select value from meta where key = 'next_uid'").get() as
    | { value: string }
    | undefined
  const uid = Number(row?.value ?? Number.NaN)
  return Number.isInteger(uid) && uid > 0 ? uid : null
}

function endOf(connection: DatabaseSync): ChainEnd {
  const row = connection.prepare('select id, hash from events order by id desc limit 1').get() as
    | { id: number; hash: string }
    | undefined
  return row === undefined ? GENESIS : { id: row.id, hash: row.hash }
}
