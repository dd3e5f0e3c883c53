import { type SqlBool, sql } from 'kysely'
import type { Invitation, InvitationState } from '../../domain/invitation.ts'
import { mayInvitationBecome } from '../../domain/transitions.ts'
import type { Database } from '../database.ts'
import type { InvitationsTable } from '../schema.ts'

export type NewInvitation = Pick<
  Invitation,
  'role' | 'osUser' | 'note' | 'createdBy' | 'createdAt' | 'expiresAt'
> & { codeHash: string }

/** What else changes with a transition; absent means as it is. */
export type InvitationChange = Partial<Pick<Invitation, 'openedBy' | 'openedAt' | 'endedAt' | 'accessId'>>

/** Invitations, their codes as hashes. Every update repeats the state that the caller saw, and says whether it found it. */
export interface InvitationQueries {
  insert(invitation: NewInvitation): number
  get(id: number): Invitation | null
  find(codeHash: string): Invitation | null
  /** A fresh code in place of the older; only while nobody has opened it. */
  setCode(id: number, codeHash: string): boolean
  /** The one that this person opened last and has not used. */
  openedBy(telegramId: number): Invitation | null
  /** Newest first. */
  list(options: { open: boolean; limit: number; before?: number }): Invitation[]
  transition(id: number, from: InvitationState, to: InvitationState, change: InvitationChange): boolean
  /** Those that nobody used by `now`. */
  lapsed(now: number): Invitation[]
  nextExpiry(): number | null
  /** How many can still be used. */
  countPending(): number
  /** How many this actor has made since. */
  countSince(createdBy: string, since: number): number
  /** Forgets at most `limit` that were over before; true when there may be more. */
  forgetBefore(overBefore: number, limit: number): boolean
}

export function invitationQueries({ build, all, asked, first, run }: Database): InvitationQueries {
  const select = () => build.selectFrom('invitations').selectAll()
  // In the words of the index `invitations_pending`.
  const isPending = sql<SqlBool>`state in ('open', 'opened')`
  const lapsedRows = asked(select().where(isPending).where('expires_at', '<=', 0))
  const firstExpiry = asked(
    build.selectFrom('invitations').select('expires_at').where(isPending).orderBy('expires_at').limit(1),
  )
  const one = (row: Row | undefined) => (row === undefined ? null : parse(row))
  return {
    insert: (invitation) =>
      run(
        build.insertInto('invitations').values({
          code_hash: invitation.codeHash,
          role: invitation.role,
          os_user: invitation.osUser,
          note: invitation.note,
          state: 'open' satisfies InvitationState,
          created_by: invitation.createdBy,
          created_at: invitation.createdAt,
          expires_at: invitation.expiresAt,
        }),
      ).insertId,
    get: (id) => one(first(select().where('id', '=', id))),
    find: (codeHash) => one(first(select().where('code_hash', '=', codeHash))),
    setCode(id, codeHash) {
      const { changes } = run(
        build
          .updateTable('invitations')
          .set({ code_hash: codeHash })
          .where('id', '=', id)
          .where('state', '=', 'open'),
      )
      return changes === 1
    },
    openedBy: (telegramId) =>
      one(
        first(
          select()
            .where('opened_by', '=', telegramId)
            // In the words of the index `invitations_of_person`.
            .where(sql<SqlBool>`state = 'opened'`)
            .orderBy('opened_at', 'desc')
            .orderBy('id', 'desc')
            .limit(1),
        ),
      ),
    list({ open, limit, before }) {
      let query = select().orderBy('id', 'desc').limit(limit)
      if (open) query = query.where(isPending)
      if (before !== undefined) query = query.where('id', '<', before)
      return all(query).map(parse)
    },
    transition(id, from, to, change) {
      if (!mayInvitationBecome(from, to)) throw new Error(`an invitation cannot go from ${from} to ${to}`)
      const { changes } = run(
        build
          .updateTable('invitations')
          .set({ state: to, ...columnsOf(change) })
          .where('id', '=', id)
          .where('state', '=', from),
      )
      return changes === 1
    },
    lapsed: (now) => lapsedRows([now]).map(parse),
    nextExpiry: () => firstExpiry([1])[0]?.expires_at ?? null,
    countPending: () =>
      first(
        build
          .selectFrom('invitations')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where(isPending),
      )?.count ?? 0,
    countSince: (createdBy, since) =>
      first(
        build
          .selectFrom('invitations')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('created_by', '=', createdBy)
          .where('created_at', '>=', since),
      )?.count ?? 0,
    forgetBefore(overBefore, limit) {
      const { changes } = run(
        build
          .deleteFrom('invitations')
          .where('id', 'in', (over) =>
            over
              .selectFrom('invitations')
              .select('id')
              .where('ended_at', 'is not', null)
              .where('ended_at', '<', overBefore)
              .limit(limit),
          ),
      )
      return changes === limit
    },
  }
}

type Row = { [K in keyof InvitationsTable]: K extends 'id' ? number : InvitationsTable[K] }

function columnsOf(change: InvitationChange): Partial<Row> {
  const columns: Partial<Row> = {}
  if (change.openedBy !== undefined) columns.opened_by = change.openedBy
  if (change.openedAt !== undefined) columns.opened_at = change.openedAt
  if (change.endedAt !== undefined) columns.ended_at = change.endedAt
  if (change.accessId !== undefined) columns.access_id = change.accessId
  return columns
}

function parse(row: Row): Invitation {
  return {
    id: row.id,
    role: row.role,
    osUser: row.os_user,
    note: row.note,
    state: row.state as InvitationState,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    openedBy: row.opened_by,
    openedAt: row.opened_at,
    endedAt: row.ended_at,
    accessId: row.access_id,
  }
}
