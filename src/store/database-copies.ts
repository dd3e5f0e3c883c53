import { existsSync, linkSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { copiesOf, copyBefore, copyTo, removeIfThere } from './dialects/sqlite/copy.ts'
import { takeLock } from './dialects/sqlite/lock.ts'

/**
 * What holds what was asked for, decided and done, with the columns that say so. A table or column that the newer program has no
 * longer counts as a difference.
 */
const ACCEPTED: Readonly<Record<string, string>> = {
  runs: 'id, request_id, state',
  run_steps: 'run_id, idx, state, attempts',
  requests: 'id, revision, state',
  approvals: 'request_id, revision, person_key, digest',
  consents: 'request_id, revision, by',
  held_approvals: 'request_id',
  freezes: 'id, ended_at',
  revoked_telegram_ids: 'telegram_id',
  totp_factors: 'telegram_id, state, accepted_step',
  access_requests: 'id, state',
  invitations: 'id, state',
  blocks: 'telegram_id',
  starts: 'telegram_id',
}
/** Events that a worker writes by itself: a start, its looks at the host, the history's head of the day. */
const OWN_EVENTS =
  "('worker.started', 'reconcile.finished', 'reconcile.failed', 'reconcile.overdue', 'audit.head')"
/** Where the history ends, and which uid is next (`queries/events.ts`, `queries/uids.ts`). */
const [EVENTS_END, NEXT_UID] = ["'events.end'", "'next_uid'"]

export interface PutBackOptions {
  /** Where the present database is kept; null gives it up. */
  aside: string | null
  /**
   * Whether the events since the copy come along, which are the worker's own (`acceptedSince` says no): the history then has no gap.
   * Without them only its end does: no id is given twice, whoever follows it misses nothing, and the gap is an event (`audit.broken`).
   */
  carryEvents: boolean
}
export type PutBack = { ok: true; aside: string | null } | { ok: false; message: string }

/** Which migrations a database has had; null where there is no database. Throws what SQLite says. */
export function schemaOf(file: string): number | null {
  if (!existsSync(file)) return null
  const connection = new DatabaseSync(file, { readOnly: true, timeout: 2000 })
  try {
    return (connection.prepare('pragma user_version').get() as { user_version: number }).user_version
  } finally {
    connection.close()
  }
}

/** The copy that was made of a database when it had had that many migrations, or null. */
export function copyWithSchema(file: string, schema: number): string | null {
  const copy = copyBefore(file, schema + 1)
  return copiesOf(file).includes(copy) && schemaOf(copy) === schema ? copy : null
}

/**
 * Whether anything was asked for, decided or done since the copy was made: the history has another end, or a table of what is
 * accepted has other rows. What cannot be compared counts as accepted.
 */
export function acceptedSince(file: string, copy: string): boolean {
  const connection = new DatabaseSync(file, { readOnly: true, timeout: 2000 })
  try {
    connection.prepare('attach ? as older').run(copy)
    const differs = (select: (schema: string) => string) =>
      [`${select('main')} except ${select('older')}`, `${select('older')} except ${select('main')}`].some(
        (query) => connection.prepare(`select 1 from (${query}) limit 1`).get() !== undefined,
      )
    if (differs((schema) => `select value from ${schema}.meta where key = ${NEXT_UID}`)) return true
    const { last } = connection.prepare('select coalesce(max(id), 0) as last from older.events').get() as {
      last: number
    }
    const others = `select 1 from main.events where id > ? and type not in ${OWN_EVENTS} limit 1`
    if (connection.prepare(others).get(last) !== undefined) return true
    if (differs((schema) => `select id, hash from ${schema}.events where id = ${last}`)) return true
    const inCopy = connection.prepare("select 1 from older.sqlite_schema where type = 'table' and name = ?")
    return Object.entries(ACCEPTED).some(
      ([table, columns]) =>
        inCopy.get(table) !== undefined && differs((schema) => `select ${columns} from ${schema}.${table}`),
    )
  } catch {
    return true
  } finally {
    connection.close()
  }
}

/**
 * Puts the copy in the place of the database, while no worker runs; the copy stays. Killed anywhere, one of the two is there, whole.
 * Throws what SQLite or the file system says; then the database is as it was.
 */
export function putBackCopy(file: string, copy: string, { aside, carryEvents }: PutBackOptions): PutBack {
  const release = takeLock(`${file}.lock`)
  if (release === null)
    return { ok: false, message: `cannot put back ${copy}: a worker has ${file} open; stop it first` }
  try {
    // What is in the log goes into the file, and the log goes: it would be played into whatever stands here later.
    const present = new DatabaseSync(file, { timeout: 2000 })
    try {
      present.exec('pragma journal_mode = delete')
    } finally {
      present.close()
    }
    if (aside !== null) {
      removeIfThere(aside)
      linkSync(file, aside)
    }
    const source = new DatabaseSync(copy, { readOnly: true })
    try {
      copyTo(source, file, (temporary) => giveHistory(temporary, file, carryEvents))
    } finally {
      source.close()
    }
    return { ok: true, aside }
  } finally {
    release()
  }
}

/** Gives a copy the end of the newer database's history, with its events or without. */
function giveHistory(copy: string, newer: string, withEvents: boolean): void {
  const connection = new DatabaseSync(copy)
  try {
    connection.prepare('attach ? as newer').run(newer)
    connection.exec('begin')
    if (withEvents) {
      const named = connection.prepare("select name from pragma_table_info('events')").all() as {
        name: string
      }[]
      const columns = named.map(({ name }) => `"${name}"`).join(', ')
      const last = '(select coalesce(max(id), 0) from main.events)'
      connection.exec(
        `insert into main.events (${columns}) select ${columns} from newer.events where id > ${last} order by id`,
      )
    }
    connection.exec(
      `insert or replace into main.meta select key, value from newer.meta where key = ${EVENTS_END}`,
    )
    connection.exec('commit')
  } finally {
    connection.close()
  }
}
