import type { DomainEvent, EventType } from '../../domain/event.ts'
import { eventHash, GENESIS_HASH } from '../../domain/event-hash.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Database } from '../database.ts'
import type { Schema } from '../schema.ts'

export type NewEvent = Omit<DomainEvent, 'id' | 'previousHash' | 'hash'>

/** The append-only chain of events. There is deliberately no update and no delete. */
export interface EventQueries {
  /** Appends inside the caller's transaction. */
  append(event: NewEvent): DomainEvent
  /** At most `limit` events with ids above `cursor`, in order. */
  after(cursor: number, limit: number): DomainEvent[]
  /** The id of the last event; 0 when there is none. */
  latest(): number
}

export function eventQueries({ build, all, first, repeated, rollbacks }: Database): EventQueries {
  const insert = repeated(
    build.insertInto('events').values({
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
    }),
  )
  // This process is the only writer, so the end of the chain is known but after a rollback.
  let tail: { id: number; hash: string; rollbacks: number } | null = null
  const readTail = () =>
    first(build.selectFrom('events').select(['id', 'hash']).orderBy('id', 'desc').limit(1))
  const last = () => (tail?.rollbacks === rollbacks() ? tail : readTail())
  return {
    append(event) {
      const previous = last()
      const linked = {
        ...event,
        id: (previous?.id ?? 0) + 1,
        previousHash: previous?.hash ?? GENESIS_HASH,
      }
      const hash = eventHash(linked)
      insert([
        ...[linked.id, linked.at, linked.type, linked.requestId, linked.runId, linked.subjectTelegramId],
        ...[linked.actor, JSON.stringify(linked.data), linked.previousHash, hash],
      ])
      tail = { id: linked.id, hash, rollbacks: rollbacks() }
      return { ...linked, hash }
    },
    after: (cursor, limit) =>
      all(build.selectFrom('events').selectAll().where('id', '>', cursor).orderBy('id').limit(limit)).map(
        eventOf,
      ),
    latest: () => last()?.id ?? 0,
  }
}

function eventOf(row: Schema['events']): DomainEvent {
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
