import { type SqlBool, sql } from 'kysely'
import type { Actor } from '../../domain/actor.ts'
import { actorKey } from '../../domain/actor.ts'
import type { DomainEvent, EventType } from '../../domain/event.ts'
import { approvalKey, consentKey } from '../../domain/history.ts'
import type { Database } from '../database.ts'
import { eventOf } from './events.ts'

/** Which events; all that are given must hold. Times in epoch milliseconds. */
export interface AuditFilter {
  /** About one of these Telegram ids, or done by one of these actors. */
  person?: { telegramIds: readonly number[]; actors: readonly string[] }
  requestId?: number
  runId?: number
  type?: string
  /** At this time or later. */
  from?: number
  /** Before this time. */
  to?: number
  /** Only what comes after this event in the order of the list. */
  before?: number
  limit: number
}

/** What the tables say of a request, to be compared with what its events say. */
export interface StoredRequest {
  state: string
  createdAt: number
  revision: number
  runs: ReadonlyMap<number, string>
  approvals: readonly string[]
  consents: readonly string[]
}

/** What the table says of an access request or an invitation, and which events tell of it, oldest first. */
export interface StoredAccess {
  id: number
  state: string
  /** When it was made. */
  at: number
  told: readonly string[]
}

/** Browsing the history, and looking at what it must agree with. */
export interface AuditQueries {
  /**
   * Newest first: by id, and where a type or a span of time is asked for without a person, request or run, by time. Reads no
   * more than what it answers, whatever is stored.
   */
  list(filter: AuditFilter): DomainEvent[]
  /** All events of one request, oldest first. Throws when one of them is damaged. */
  ofRequest(requestId: number): DomainEvent[]
  /** What the tables say of one request; null when there is none. */
  stored(requestId: number): StoredRequest | null
  /** The next id above this one that a request has or that events speak of; null when there is none. */
  nextRequest(after: number): number | null
  /** The access request with the next id above this one, and the types of the events about it; null when there is none. */
  nextAccess(after: number): StoredAccess | null
  /** The same of an invitation. */
  nextInvitation(after: number): StoredAccess | null
  /** The Telegram ids of whom runs made this account for. */
  telegramIdsOf(osUser: string): number[]
}

/** Ids beyond are none that were given. */
const MAX_ID = Number.MAX_SAFE_INTEGER

export function auditQueries({ build, all, first }: Database): AuditQueries {
  function select({ type, from, to, before, limit, runId }: AuditFilter, byTime: boolean) {
    let query = build.selectFrom('events').selectAll().limit(limit)
    if (type !== undefined) query = query.where('type', '=', type)
    if (from !== undefined) query = query.where('at', '>=', from)
    if (runId !== undefined) query = query.where('run_id', '=', runId)
    // One upper bound only: of two, SQLite seeks to the first that it finds and steps over the rest.
    if (!byTime) {
      if (to !== undefined) query = query.where('at', '<', to)
      return query.where('id', '<', before ?? MAX_ID).orderBy('id', 'desc')
    }
    const last =
      before === undefined
        ? undefined
        : first(build.selectFrom('events').select('at').where('id', '=', before))?.at
    if (before === undefined || last === undefined || (to !== undefined && to <= last)) {
      if (to !== undefined) query = query.where('at', '<', to)
    } else {
      query = query.where('at', '<=', last).where(sql<SqlBool>`(at, id) < (${last}, ${before})`)
    }
    return query.where('id', '<=', MAX_ID).orderBy('at', 'desc').orderBy('id', 'desc')
  }

  return {
    list(filter) {
      const { person, requestId, runId, type, from, to, limit } = filter
      const ofRun =
        runId === undefined
          ? undefined
          : (first(build.selectFrom('runs').select('request_id').where('id', '=', runId))?.request_id ?? 0)
      if (ofRun !== undefined && requestId !== undefined && ofRun !== requestId) return []
      const request = requestId ?? ofRun
      if (request !== undefined) {
        const events = all(select(filter, false).where('request_id', '=', request)).map(eventOf)
        return person === undefined ? events : events.filter((event) => concerns(event, person))
      }
      if (person === undefined) {
        return all(select(filter, type !== undefined || from !== undefined || to !== undefined)).map(eventOf)
      }
      // One question for each index: their answers are as short as the page, and merging them is cheap.
      const found = [
        ...person.telegramIds.map((id) => select(filter, false).where('subject_telegram_id', '=', id)),
        ...person.actors.map((actor) =>
          select(filter, false).where('actor', '=', actor).where(sql<SqlBool>`actor <> 'worker'`),
        ),
      ].flatMap((query) => all(query).map(eventOf))
      const byId = new Map(found.map((event) => [event.id, event]))
      return [...byId.values()].sort((a, b) => b.id - a.id).slice(0, limit)
    },
    ofRequest: (requestId) =>
      all(build.selectFrom('events').selectAll().where('request_id', '=', requestId).orderBy('id')).map(
        eventOf,
      ),
    stored(requestId) {
      const row = first(
        build.selectFrom('requests').select(['state', 'revision', 'created_at']).where('id', '=', requestId),
      )
      if (row === undefined) return null
      const runs = all(build.selectFrom('runs').select(['id', 'state']).where('request_id', '=', requestId))
      const approvals = all(
        build
          .selectFrom('approvals')
          .select(['revision', 'actor', 'via', 'proof'])
          .where('request_id', '=', requestId)
          .orderBy('at'),
      )
      const consents = all(
        build.selectFrom('consents').select(['revision', 'by']).where('request_id', '=', requestId),
      )
      return {
        ...{ state: row.state, revision: row.revision, createdAt: row.created_at },
        runs: new Map(runs.map(({ id, state }) => [id, state])),
        approvals: approvals.map(({ revision, actor, via, proof }) =>
          approvalKey(revision, keyOf(actor), via, proof),
        ),
        consents: consents.map(({ revision, by }) => consentKey(revision, by)),
      }
    },
    nextRequest(after) {
      const row = first(
        build.selectFrom('requests').select('id').where('id', '>', after).orderBy('id').limit(1),
      )
      const told = first(
        build
          .selectFrom('events')
          .select('request_id')
          .where('request_id', '>', after)
          .orderBy('request_id')
          .limit(1),
      )
      const ids = [row?.id, told?.request_id].filter((id) => id !== undefined && id !== null)
      return ids.length === 0 ? null : Math.min(...ids)
    },
    nextAccess(after) {
      const row = first(
        build
          .selectFrom('access_requests')
          .select(['id', 'state', 'asked_at', 'telegram_id'])
          .where('id', '>', after)
          .orderBy('id')
          .limit(1),
      )
      if (row === undefined) return null
      const told = all(
        build
          .selectFrom('events')
          .select('type')
          .where('subject_telegram_id', '=', row.telegram_id)
          .where(sql<SqlBool>`type glob 'access.*'`)
          .where(memberOf('access'), '=', row.id)
          .orderBy('id'),
      )
      return { id: row.id, state: row.state, at: row.asked_at, told: told.map(({ type }) => type) }
    },
    nextInvitation(after) {
      const row = first(
        build
          .selectFrom('invitations')
          .select(['id', 'state', 'created_at'])
          .where('id', '>', after)
          .orderBy('id')
          .limit(1),
      )
      if (row === undefined) return null
      const told = all(
        build
          .selectFrom('events')
          .select(['id', 'type'])
          .where('type', 'in', INVITATION_EVENTS)
          .where('at', '>=', row.created_at)
          .where(memberOf('invitation'), '=', row.id),
      )
      const inOrder = told.toSorted((a, b) => a.id - b.id)
      return { id: row.id, state: row.state, at: row.created_at, told: inOrder.map(({ type }) => type) }
    },
    telegramIdsOf: (osUser) =>
      all(
        build.selectFrom('runs').select('telegram_id').distinct().where('os_user', '=', osUser).limit(20),
      ).map((row) => row.telegram_id),
  }
}

const INVITATION_EVENTS: readonly EventType[] = [
  'invite.created',
  'invite.opened',
  'invite.used',
  'invite.revoked',
  'invite.expired',
]

/** A number among what an event says; null where its text is damaged, which the walk over the chain says. */
function memberOf(name: 'access' | 'invitation') {
  return sql<number | null>`case when json_valid(data) then json_extract(data, ${`$.${name}`}) end`
}

function concerns(event: DomainEvent, { telegramIds, actors }: NonNullable<AuditFilter['person']>): boolean {
  const { subjectTelegramId, actor } = event
  return (subjectTelegramId !== null && telegramIds.includes(subjectTelegramId)) || actors.includes(actor)
}

/** The actor of a stored decision as events spell it; what is no actor matches no event. */
function keyOf(stored: string): string {
  try {
    return actorKey(JSON.parse(stored) as Actor)
  } catch {
    return 'unreadable'
  }
}
