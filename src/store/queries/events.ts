import type { DomainEvent, EventType } from '../../domain/event.ts'
import { type ChainEnd, eventHash, GENESIS } from '../../domain/event-hash.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Database } from '../database.ts'
import type { Schema } from '../schema.ts'
import { metaQueries } from './meta.ts'

export type NewEvent = Omit<DomainEvent, 'id' | 'previousHash' | 'hash'>

/** The append-only chain of events. There is deliberately no update, and nothing goes but from its beginning. */
export interface EventQueries {
  /** Appends inside the caller's transaction. */
  append(event: NewEvent): DomainEvent
  /** At most `limit` events with ids above `cursor`, in order. */
  after(cursor: number, limit: number): DomainEvent[]
  /** The same for who doubts them: an event that cannot be read, or is not spelled as it was written, is `null`. */
  doubted(cursor: number, limit: number): (ChainEnd & { event: DomainEvent | null })[]
  get(id: number): DomainEvent | null
  /** Whether an event stands outside of what ids can be. */
  hasStrayIds(): boolean
  /** The id of the last event; 0 when there is none. */
  latest(): number
  /** Where the chain ends, as this process wrote it, else as it was noted beside the events. */
  end(): ChainEnd
  /** The last event that was forgotten, where the chain goes on from; before the first one when none was. */
  anchor(): ChainAnchor
  /** The last event before the first one that is of this time or later; never the end of the chain. Null when there is none. */
  lastBefore(at: number): ChainEnd | null
  /** Forgets at most `limit` events up to this id, inside the caller's transaction; true when more are left. */
  forgetUpTo(id: number, limit: number): boolean
  /** What the newest event of this type says. */
  newestOf(type: EventType): DomainEvent | null
}

/** A place in the chain whose event is gone, and when that was. */
export interface ChainAnchor extends ChainEnd {
  at: number
}

/** Where the last event that was forgotten is noted. */
const ANCHOR_KEY = 'events.anchor'
/** Where the end of the chain is noted in `meta`, with every event that is appended. */
const END_KEY = 'events.end'
/** Ids beyond are none that were given. */
const MAX_ID = Number.MAX_SAFE_INTEGER

/**
 * INVARIANTS
 * - Whatever was done to the table, an id is never given twice and the chain goes on from the end that was noted: what is
 *   missing or was put in shows as a break for ever, and as an event `audit.broken` that followers get.
 */
export function eventQueries(database: Database): EventQueries {
  const { build, all, asked, first, repeated, rollbacks, run } = database
  const meta = metaQueries(database)
  const insert = repeated(
    build
      .insertInto('events')
      .values({
        id: 0,
        at: 0,
        type: '',
        request_id: 0,
        run_id: 0,
        subject_telegram_id: 0,
        actor: '',
        data: '',
        previous_hash: '',
        hash: '',
      })
      .onConflict((conflict) => conflict.column('id').doNothing()),
  )
  const note = repeated(
    build
      .insertInto('meta')
      .values({ key: '', value: '' })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: '' })),
  )
  // One lower bound only: of two, SQLite seeks to the first that it finds and steps over the rest.
  const chain = (cursor = 0) => build.selectFrom('events').where('id', '>', cursor).where('id', '<=', MAX_ID)
  const rowsAfter = asked(chain().selectAll().orderBy('id').limit(1))
  const hashOf = (id: number) => first(chain().select('hash').where('id', '=', id))?.hash ?? null
  const lastRow = () => first(chain().select(['id', 'hash']).orderBy('id', 'desc').limit(1)) ?? GENESIS

  // This process is the only writer, so the end of the chain is known but after a rollback.
  let tail: (ChainEnd & { rollbacks: number }) | null = null
  const known = () => (tail?.rollbacks === rollbacks() ? tail : null)

  function end(): ChainEnd {
    const { id, hash } = known() ?? noted(meta.get(END_KEY)) ?? lastRow()
    return { id, hash }
  }

  function put(event: NewEvent, id: number, previousHash: string): DomainEvent | null {
    const linked = { ...event, id, previousHash }
    const hash = eventHash(linked)
    const { changes } = insert([
      ...[id, linked.at, linked.type, linked.requestId, linked.runId, linked.subjectTelegramId],
      ...[linked.actor, JSON.stringify(linked.data), previousHash, hash],
    ])
    if (changes !== 1) return null
    const end = `${id}:${hash}`
    note([END_KEY, end, end])
    tail = { id, hash, rollbacks: rollbacks() }
    return { ...linked, hash }
  }

  /** Goes on after a table that is not as it was left. */
  function goOn(at: number, left: ChainEnd): void {
    const found = lastRow()
    const told = left.id === 0 ? left.hash : hashOf(left.id)
    const code = told === null ? 'cut_off' : told === left.hash ? 'inserted' : 'changed'
    const event: NewEvent = {
      ...{ at, type: 'audit.broken', requestId: null, runId: null, subjectTelegramId: null },
      actor: 'worker',
      data: { code, expected_id: left.id, expected_hash: left.hash.slice(0, 32), found_id: found.id },
    }
    let id = left.id + 1
    while (put(event, id, left.hash) === null) id++
  }

  function anchor(): ChainAnchor {
    const match = /^([0-9]{1,16}):([0-9a-f]{64}):([0-9]{1,16})$/.exec(meta.get(ANCHOR_KEY) ?? '')
    return match === null
      ? { ...GENESIS, at: 0 }
      : { id: Number(match[1]), hash: match[2] ?? '', at: Number(match[3]) }
  }

  return {
    anchor,
    lastBefore(at) {
      const young = first(
        build
          .selectFrom('events')
          .select(({ fn }) => fn.min('id').as('id'))
          .where('at', '>=', at),
      )?.id
      const last = Math.min(young ?? MAX_ID, end().id) - 1
      const hash = last <= anchor().id ? null : hashOf(last)
      return hash === null ? null : { id: last, hash }
    },
    forgetUpTo(id, limit) {
      const from = anchor().id
      const last = Math.min(id, from + limit, end().id - 1)
      const row = first(chain().select(['id', 'hash', 'at']).where('id', '=', last))
      // What is missing there already was not forgotten by us: it stays a break.
      if (row === undefined || last <= from) return false
      run(build.deleteFrom('events').where('id', '>', from).where('id', '<=', last))
      meta.set(ANCHOR_KEY, `${row.id}:${row.hash}:${row.at}`)
      return last < id
    },
    newestOf(type) {
      const row = first(
        build
          .selectFrom('events')
          .selectAll()
          .where('type', '=', type)
          .orderBy('at', 'desc')
          .orderBy('id', 'desc')
          .limit(1),
      )
      return row === undefined ? null : asWritten(row)
    },
    append(event) {
      if (known() === null) {
        const left = end()
        const last = lastRow()
        tail = { ...left, rollbacks: rollbacks() }
        if (left.id !== last.id || left.hash !== last.hash) goOn(event.at, left)
      }
      for (;;) {
        const { id, hash } = end()
        const added = put(event, id + 1, hash)
        if (added !== null) return added
        // Somebody else put an event there.
        goOn(event.at, { id, hash })
      }
    },
    after: (cursor, limit) => rowsAfter([cursor, MAX_ID, limit]).map(eventOf),
    doubted: (cursor, limit) =>
      all(chain(cursor).selectAll().orderBy('id').limit(limit)).map((row) => ({
        id: row.id,
        hash: row.hash,
        event: asWritten(row),
      })),
    get(id) {
      const row = first(chain().selectAll().where('id', '=', id))
      return row === undefined ? null : asWritten(row)
    },
    hasStrayIds: () =>
      first(
        build
          .selectFrom('events')
          .select('type')
          .where(({ eb, or }) => or([eb('id', '<', 1), eb('id', '>', MAX_ID)]))
          .limit(1),
      ) !== undefined,
    latest: () => end().id,
    end,
  }
}

function noted(text: string | null): ChainEnd | null {
  const match = /^([0-9]{1,16}):([0-9a-f]{64})$/.exec(text ?? '')
  return match === null ? null : { id: Number(match[1]), hash: match[2] ?? '' }
}

/** An event as its row has it; throws when its data is no JSON. */
export function eventOf(row: Schema['events']): DomainEvent {
  return {
    id: row.id,
    at: row.at,
    type: row.type as EventType,
    requestId: row.request_id,
    runId: row.run_id,
    subjectTelegramId: row.subject_telegram_id,
    actor: row.actor,
    data: JSON.parse(row.data) as JsonObject,
    previousHash: row.previous_hash,
    hash: row.hash,
  }
}

/** The event, when its data is spelled as it was written: the hash covers what the text means, not its letters. */
function asWritten(row: Schema['events']): DomainEvent | null {
  try {
    const event = eventOf(row)
    return JSON.stringify(event.data) === row.data ? event : null
  } catch {
    return null
  }
}
