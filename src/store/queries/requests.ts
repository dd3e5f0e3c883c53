import { type SqlBool, sql } from 'kysely'
import type { Actor } from '../../domain/actor.ts'
import type { Returned } from '../../domain/difference.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Request, RequestAnswers, RequestState } from '../../domain/request.ts'
import { mayRequestBecome } from '../../domain/transitions.ts'
import type { Database } from '../database.ts'
import type { RequestsTable, Schema } from '../schema.ts'

export interface NewRequest {
  host: string
  subject: RequestAnswers
  subjectHash: string
  subjectTelegramId: number
  requester: Actor
  requesterKey: string
  requesterPersonKey: string | null
  createdAt: number
  expiresAt: number
}

/** What else changes with a transition; absent means as it is. */
export interface RequestChange {
  revision?: number
  plan?: Plan
  basis?: string
  submittedAt?: number
  expiresAt?: number
  decidedAt?: number | null
  decidedBy?: string | null
  reason?: string | null
  returned?: Returned
  subject?: RequestAnswers
}

/** Requests. Every update repeats the state and revision that the caller saw, and says whether it found them. */
export interface RequestQueries {
  /** Inserts a draft; its plan follows in the same transaction, because the digest covers the id. */
  insert(request: NewRequest): number
  get(id: number): Request | null
  /** The facts that the digest was computed over, as canonical JSON, to say what changed. */
  basis(id: number): string
  findDraft(subjectHash: string, requesterKey: string): Request | null
  list(options: { open: boolean; limit: number; before?: number; onlyOf?: RequestReader }): Request[]
  /** Guarded: only from `from` and `revision`. */
  transition(
    id: number,
    from: RequestState,
    to: RequestState,
    revision: number,
    change: RequestChange,
  ): boolean
  setPlan(id: number, revision: number, plan: Plan, basis: string, expiresAt: number): boolean
  /** What a draft asks for, where that is about something that changed meanwhile. */
  setSubject(id: number, revision: number, subject: RequestAnswers): boolean
  /** Drafts and submitted requests whose time is up at `now`. */
  lapsed(now: number): Request[]
  nextExpiry(): number | null
  /** Forgets at most `limit` drafts that were never submitted and closed before; true when there may be more. */
  forgetDrafts(closedBefore: number, limit: number): boolean
  /** Whether a draft or an undecided request is about this Telegram user. */
  isOpenFor(telegramId: number): boolean
  /** Repairs that wait for a decision, oldest first. */
  openRepairs(): Request[]
  /** The newest repair request with this subject hash, whatever became of it. */
  newestRepair(subjectHash: string): Request | null
  countOpen(): number
  countSince(requesterKey: string, since: number): number
}

/** Whose requests: those about this Telegram id, or asked for by this actor or person. */
export interface RequestReader {
  telegramId: number | null
  actorKey: string
  personKey: string | null
}

/** What a request is made of; what its digest was computed over is long, and asked for by itself. */
const COLUMNS = [
  ...(['id', 'revision', 'host', 'state', 'subject', 'requester', 'requester_person_key', 'plan'] as const),
  ...([
    'created_at',
    'submitted_at',
    'expires_at',
    'decided_at',
    'decided_by',
    'reason',
    'returned',
  ] as const),
] as const satisfies (keyof RequestsTable)[]
type Row = { [K in (typeof COLUMNS)[number]]: K extends 'id' ? number : RequestsTable[K] }

export function requestQueries(database: Database): RequestQueries {
  const { build, all, asked, first, run } = database
  const select = () => build.selectFrom('requests').select(COLUMNS)
  const withId = asked(select().where('id', '=', 0))
  const openStates = ['draft', 'submitted'] as const
  const lapsedRows = asked(select().where('state', 'in', openStates).where('expires_at', '<=', 0))
  const firstExpiry = asked(
    build
      .selectFrom('requests')
      .select('expires_at')
      .where('state', 'in', openStates)
      .orderBy('expires_at')
      .limit(1),
  )
  return {
    insert(request) {
      const { insertId } = run(
        build.insertInto('requests').values({
          revision: 1,
          kind: request.subject.kind,
          host: request.host,
          state: 'draft',
          subject: JSON.stringify(request.subject),
          subject_hash: request.subjectHash,
          subject_telegram_id: request.subjectTelegramId,
          requester_key: request.requesterKey,
          requester: JSON.stringify(request.requester),
          requester_person_key: request.requesterPersonKey,
          plan: '',
          basis: '',
          created_at: request.createdAt,
          expires_at: request.expiresAt,
        } satisfies InsertRow),
      )
      return insertId
    },
    get: (id) => requestOf(withId([id])[0]),
    basis: (id) => first(build.selectFrom('requests').select('basis').where('id', '=', id))?.basis ?? '',
    findDraft: (subjectHash, requesterKey) =>
      requestOf(
        first(
          select()
            .where('state', '=', 'draft')
            .where('subject_hash', '=', subjectHash)
            .where('requester_key', '=', requesterKey)
            .orderBy('id', 'desc')
            .limit(1),
        ),
      ),
    list({ open, limit, before, onlyOf }) {
      let query = select().orderBy('id', 'desc').limit(limit)
      // In the words of the index `requests_open`.
      if (open) query = query.where(sql<SqlBool>`state in ('draft', 'submitted')`)
      if (before !== undefined) query = query.where('id', '<', before)
      if (onlyOf === undefined) return all(query).map(parse)
      const { actorKey, personKey, telegramId } = onlyOf
      // One question for each index: their answers are as short as the page, and merging them is cheap.
      const found = [
        query.where('requester_key', '=', actorKey),
        ...(personKey === null ? [] : [query.where('requester_person_key', '=', personKey)]),
        ...(telegramId === null ? [] : [query.where('subject_telegram_id', '=', telegramId)]),
      ].flatMap((one) => all(one))
      const byId = new Map(found.map((row) => [row.id, row]))
      return [...byId.values()]
        .sort((a, b) => b.id - a.id)
        .slice(0, limit)
        .map(parse)
    },
    transition(id, from, to, revision, change) {
      if (!mayRequestBecome(from, to)) throw new Error(`a request cannot go from ${from} to ${to}`)
      const { changes } = run(
        build
          .updateTable('requests')
          .set({ state: to, ...columnsOf(change) })
          .where('id', '=', id)
          .where('state', '=', from)
          .where('revision', '=', revision),
      )
      return changes === 1
    },
    setPlan(id, revision, plan, basis, expiresAt) {
      const { changes } = run(
        build
          .updateTable('requests')
          .set({ plan: JSON.stringify(plan), basis, expires_at: expiresAt })
          .where('id', '=', id)
          .where('state', '=', 'draft')
          .where('revision', '=', revision),
      )
      return changes === 1
    },
    setSubject(id, revision, subject) {
      const { changes } = run(
        build
          .updateTable('requests')
          .set({ subject: JSON.stringify(subject) })
          .where('id', '=', id)
          .where('state', '=', 'draft')
          .where('revision', '=', revision),
      )
      return changes === 1
    },
    lapsed: (now) => lapsedRows([...openStates, now]).map(parse),
    forgetDrafts(closedBefore, limit) {
      const { changes } = run(
        build.deleteFrom('requests').where('id', 'in', (drafts) =>
          drafts
            .selectFrom('requests')
            .select('id')
            // In the words of the index `requests_never_submitted`.
            .where(sql<SqlBool>`submitted_at is null`)
            .where(sql<SqlBool>`state in ('expired', 'cancelled')`)
            .where('decided_at', '<', closedBefore)
            .limit(limit),
        ),
      )
      return changes === limit
    },
    nextExpiry: () => firstExpiry([...openStates, 1])[0]?.expires_at ?? null,
    isOpenFor: (telegramId) =>
      first(
        build
          .selectFrom('requests')
          .select('id')
          .where('subject_telegram_id', '=', telegramId)
          .where('state', 'in', ['draft', 'submitted'])
          .limit(1),
      ) !== undefined,
    openRepairs: () =>
      all(select().where('state', '=', 'submitted').where('kind', '=', 'repair').orderBy('id')).map(parse),
    newestRepair: (subjectHash) =>
      requestOf(
        first(
          select()
            .where('kind', '=', 'repair')
            .where('subject_hash', '=', subjectHash)
            .orderBy('id', 'desc')
            .limit(1),
        ),
      ),
    countOpen: () =>
      first(
        build
          .selectFrom('requests')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('state', '=', 'submitted'),
      )?.count ?? 0,
    countSince: (requesterKey, since) =>
      first(
        build
          .selectFrom('requests')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('requester_key', '=', requesterKey)
          .where('created_at', '>=', since),
      )?.count ?? 0,
  }
}

type InsertRow = Partial<Omit<Schema['requests'], 'id'>>

function columnsOf(change: RequestChange): InsertRow {
  const columns: InsertRow = {}
  if (change.revision !== undefined) columns.revision = change.revision
  if (change.plan !== undefined) columns.plan = JSON.stringify(change.plan)
  if (change.basis !== undefined) columns.basis = change.basis
  if (change.submittedAt !== undefined) columns.submitted_at = change.submittedAt
  if (change.expiresAt !== undefined) columns.expires_at = change.expiresAt
  if (change.decidedAt !== undefined) columns.decided_at = change.decidedAt
  if (change.decidedBy !== undefined) columns.decided_by = change.decidedBy
  if (change.reason !== undefined) columns.reason = change.reason
  if (change.subject !== undefined) columns.subject = JSON.stringify(change.subject)
  if (change.returned !== undefined) columns.returned = JSON.stringify(change.returned)
  return columns
}

function requestOf(row: Row | undefined): Request | null {
  return row === undefined ? null : parse(row)
}

function parse(row: Row): Request {
  return {
    id: row.id,
    revision: row.revision,
    host: row.host,
    state: row.state as RequestState,
    subject: JSON.parse(row.subject) as RequestAnswers,
    requester: JSON.parse(row.requester) as Actor,
    requesterPersonKey: row.requester_person_key,
    plan: JSON.parse(row.plan) as Plan,
    createdAt: row.created_at,
    submittedAt: row.submitted_at,
    expiresAt: row.expires_at,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    reason: row.reason,
    returned: row.returned === null ? null : (JSON.parse(row.returned) as Returned),
  }
}
