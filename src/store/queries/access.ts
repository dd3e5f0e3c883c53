import { type SqlBool, sql } from 'kysely'
import type { AccessRequest, AccessState } from '../../domain/access-request.ts'
import { mayAccessBecome } from '../../domain/transitions.ts'
import type { Database } from '../database.ts'
import type { AccessRequestsTable } from '../schema.ts'

/** What a new access request says. */
export type NewAccessRequest = Omit<
  AccessRequest,
  'id' | 'state' | 'decidedAt' | 'decidedBy' | 'reason' | 'requestId'
>

/** What else changes with a transition; absent means as it is. */
export type AccessChange = Partial<
  Pick<AccessRequest, 'decidedAt' | 'decidedBy' | 'reason' | 'requestId' | 'expiresAt'>
>

/** Access requests. Every update repeats the state that the caller saw, and says whether it found it. */
export interface AccessQueries {
  /** Of one person only one is open at a time; another throws. */
  insert(request: NewAccessRequest): number
  get(id: number): AccessRequest | null
  /** Waiting or completed. */
  openOf(telegramId: number): AccessRequest | null
  newestOf(telegramId: number): AccessRequest | null
  /** Newest first. */
  list(options: { open: boolean; limit: number; before?: number; onlyOf?: number }): AccessRequest[]
  transition(id: number, from: AccessState, to: AccessState, change: AccessChange): boolean
  /** A completed one that became another request now. */
  relink(id: number, from: number, to: number): boolean
  /** What an invitation says, of one that still waits. */
  fillIn(id: number, values: Pick<AccessRequest, 'role' | 'osUser' | 'invitationId'>): boolean
  /** The one that became this request and follows it. */
  completedAs(requestId: number): AccessRequest | null
  /** Which access request each of these requests came by. */
  ofRequests(requestIds: readonly number[]): Map<number, number>
  /** Those that nobody answered by `now`. */
  lapsed(now: number): AccessRequest[]
  nextExpiry(): number | null
  countWaiting(): number
  /** How many were made since: by one person, or by all. */
  countSince(since: number, telegramId?: number): number
  /** Forgets at most `limit` that were over before; true when there may be more. */
  forgetBefore(overBefore: number, limit: number): boolean
}

export function accessQueries(database: Database): AccessQueries {
  const { build, all, asked, first, run } = database
  const select = () => build.selectFrom('access_requests').selectAll()
  // In the words of the indexes.
  const isOpen = sql<SqlBool>`state in ('waiting', 'completed')`
  const isWaiting = sql<SqlBool>`state = 'waiting'`
  const lapsedRows = asked(select().where(isWaiting).where('expires_at', '<=', 0))
  const firstExpiry = asked(
    build.selectFrom('access_requests').select('expires_at').where(isWaiting).orderBy('expires_at').limit(1),
  )
  const one = (row: Row | undefined) => (row === undefined ? null : parse(row))
  return {
    insert: (request) =>
      run(
        build.insertInto('access_requests').values({
          telegram_id: request.telegramId,
          name: request.name,
          telegram_name: request.telegramName,
          username: request.username,
          github: request.github,
          note: request.note,
          language: request.language,
          role: request.role,
          os_user: request.osUser,
          invitation_id: request.invitationId,
          state: 'waiting' satisfies AccessState,
          asked_at: request.askedAt,
          expires_at: request.expiresAt,
        }),
      ).insertId,
    get: (id) => one(first(select().where('id', '=', id))),
    openOf: (telegramId) => one(first(select().where('telegram_id', '=', telegramId).where(isOpen))),
    newestOf: (telegramId) =>
      one(first(select().where('telegram_id', '=', telegramId).orderBy('asked_at', 'desc').limit(1))),
    list({ open, limit, before, onlyOf }) {
      let query = select().orderBy('id', 'desc').limit(limit)
      if (open) query = query.where(isOpen)
      if (before !== undefined) query = query.where('id', '<', before)
      if (onlyOf !== undefined) query = query.where('telegram_id', '=', onlyOf)
      return all(query).map(parse)
    },
    transition(id, from, to, change) {
      if (!mayAccessBecome(from, to)) throw new Error(`an access request cannot go from ${from} to ${to}`)
      const { changes } = run(
        build
          .updateTable('access_requests')
          .set({ state: to, ...columnsOf(change) })
          .where('id', '=', id)
          .where('state', '=', from),
      )
      return changes === 1
    },
    relink(id, from, to) {
      const { changes } = run(
        build
          .updateTable('access_requests')
          .set({ request_id: to })
          .where('id', '=', id)
          .where('state', '=', 'completed')
          .where('request_id', '=', from),
      )
      return changes === 1
    },
    fillIn(id, { role, osUser, invitationId }) {
      const { changes } = run(
        build
          .updateTable('access_requests')
          .set({ role, os_user: osUser, invitation_id: invitationId })
          .where('id', '=', id)
          .where('state', '=', 'waiting'),
      )
      return changes === 1
    },
    completedAs: (requestId) =>
      one(first(select().where('request_id', '=', requestId).where('state', '=', 'completed'))),
    ofRequests(requestIds) {
      if (requestIds.length === 0) return new Map()
      const rows = all(
        build
          .selectFrom('access_requests')
          .select(['id', 'request_id'])
          .where('request_id', 'is not', null)
          .where('request_id', 'in', requestIds),
      )
      return new Map(rows.map(({ id, request_id }) => [request_id ?? 0, id]))
    },
    lapsed: (now) => lapsedRows([now]).map(parse),
    nextExpiry: () => firstExpiry([1])[0]?.expires_at ?? null,
    countWaiting: () =>
      first(
        build
          .selectFrom('access_requests')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where(isWaiting),
      )?.count ?? 0,
    countSince(since, telegramId) {
      let query = build
        .selectFrom('access_requests')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('asked_at', '>', since)
      if (telegramId !== undefined) query = query.where('telegram_id', '=', telegramId)
      return first(query)?.count ?? 0
    },
    forgetBefore(overBefore, limit) {
      const { changes } = run(
        build.deleteFrom('access_requests').where('id', 'in', (over) =>
          over
            .selectFrom('access_requests')
            .select('id')
            // In the words of the index `access_requests_over`.
            .where(sql<SqlBool>`state not in ('waiting', 'completed')`)
            .where('decided_at', '<', overBefore)
            .limit(limit),
        ),
      )
      return changes === limit
    },
  }
}

type Row = { [K in keyof AccessRequestsTable]: K extends 'id' ? number : AccessRequestsTable[K] }

function columnsOf(change: AccessChange): Partial<Row> {
  const columns: Partial<Row> = {}
  if (change.decidedAt !== undefined) columns.decided_at = change.decidedAt
  if (change.decidedBy !== undefined) columns.decided_by = change.decidedBy
  if (change.reason !== undefined) columns.reason = change.reason
  if (change.requestId !== undefined) columns.request_id = change.requestId
  if (change.expiresAt !== undefined) columns.expires_at = change.expiresAt
  return columns
}

function parse(row: Row): AccessRequest {
  return {
    id: row.id,
    telegramId: row.telegram_id,
    name: row.name,
    telegramName: row.telegram_name,
    username: row.username,
    github: row.github,
    note: row.note,
    language: row.language,
    role: row.role,
    osUser: row.os_user,
    invitationId: row.invitation_id,
    state: row.state as AccessState,
    askedAt: row.asked_at,
    expiresAt: row.expires_at,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    reason: row.reason,
    requestId: row.request_id,
  }
}
