import type { EventType } from '../domain/event.ts'
import { type JsonObject, toWellFormedJson } from '../domain/json.ts'
import type { EventView } from '../protocol/views.ts'
import type { Store } from '../store/store.ts'
import type { Caller } from './caller.ts'
import { decide } from './gate/access.ts'
import type { Tally } from './metrics/tally.ts'

/** What an event is about. */
export interface EventSubject {
  requestId: number | null
  runId: number | null
  telegramId: number | null
}

/**
 * Writes transitions and their events together, and tells followers after the commit.
 *
 * INVARIANTS
 * - `append` is only called inside `commit`, so an event is in the database exactly when its transition is.
 * - What is counted is what was committed.
 * - Followers are told after the transaction, never inside it; they read what they want by cursor.
 */
export interface EventLog {
  /** One transaction of the store; see `Database.transaction`. */
  commit<T>(body: () => T): T
  append(type: EventType, subject: EventSubject, actor: string, data?: JsonObject): void
  /** Called once the transaction that this is part of is committed, and never when it is not. */
  afterCommit(count: () => void): void
  after(cursor: number, limit: number): EventView[]
  latest(): number
  subscribe(listener: () => void): () => void
}

export function createEventLog(store: Store, clock: () => number, tally: Pick<Tally, 'event'>): EventLog {
  const listeners = new Set<() => void>()
  let appended = false
  let counts: (() => void)[] = []
  return {
    commit(body) {
      appended = false
      counts = []
      try {
        const result = store.transaction(body)
        for (const count of counts) count()
        return result
      } finally {
        // Also when the commit failed: it may have taken effect although it reported an error.
        if (appended) for (const listener of [...listeners]) listener()
      }
    },
    append(type, { requestId, runId, telegramId }, actor, data = {}) {
      appended = true
      counts.push(() => tally.event(type, data))
      store.events.append({
        at: clock(),
        type,
        requestId,
        runId,
        subjectTelegramId: telegramId,
        actor,
        data: toWellFormedJson(data) as JsonObject,
      })
    },
    afterCommit: (count) => void counts.push(count),
    after: (cursor, limit) =>
      store.events.after(cursor, limit).map((event) => ({
        id: event.id,
        at: event.at,
        type: event.type,
        request_id: event.requestId,
        run_id: event.runId,
        subject_telegram_id: event.subjectTelegramId,
        actor: event.actor,
        data: event.data,
        previous_hash: event.previousHash,
        hash: event.hash,
      })),
    latest: () => store.events.latest(),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Whether this caller may be told of this event: all with `events.follow.all`, else those about oneself. */
export function isVisibleTo(caller: Caller, event: EventView): boolean {
  const { actor, person } = caller
  const own = actor.kind === 'telegram' ? actor.telegramId : (person?.telegram_id ?? null)
  const isOwn = own !== null && event.subject_telegram_id === own
  return decide('events.follow', caller, isOwn ? 'own' : 'foreign') === 'allow'
}
