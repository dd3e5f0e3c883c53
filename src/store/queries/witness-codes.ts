import { type Selectable, type SqlBool, sql, type Updateable } from 'kysely'
import type { Database } from '../database.ts'
import type { WitnessCodesTable } from '../schema.ts'

/** Why a code is good no more, besides its time: `spent` by wrong tries, `unsent` because the witness cannot write to the admin. */
export type WitnessCodeEnd = 'used' | 'replaced' | 'spent' | 'unsent'

/** One code of the witness: what it is bound to. The code itself follows from that and root's key. */
export interface WitnessCode {
  id: number
  requestId: number
  revision: number
  digest: string
  telegramId: number
  nonce: string
  madeAt: number
  expiresAt: number
  /** Each counts before the code is looked at. */
  tries: number
  /** Null while it is good, as far as it has not expired. */
  end: WitnessCodeEnd | null
  /** When the witness had dealt with it, and the message that shows it; null before, or where there is none. */
  toldAt: number | null
  messageId: number | null
  clearedAt: number | null
}

/** Codes of the witness: at most one that is good for each admin. */
export interface WitnessCodeQueries {
  /** The admin's older one is `replaced`. */
  make(
    code: Pick<
      WitnessCode,
      'requestId' | 'revision' | 'digest' | 'telegramId' | 'nonce' | 'madeAt' | 'expiresAt'
    >,
  ): void
  /** The admin's good one, expired or not. */
  goodOf(telegramId: number): WitnessCode | null
  get(id: number): WitnessCode | null
  countSince(telegramId: number, since: number): number
  countTry(id: number): void
  end(id: number, why: WitnessCodeEnd): void
  /** Those that are good at `now` and that the witness has not dealt with, and those whose message still shows them. Oldest first. */
  unsettled(now: number): WitnessCode[]
  /** When the next one expires that a message shows, in the past too; null when none does. */
  nextExpiry(): number | null
  told(id: number, at: number, messageId: number | null): void
  cleared(id: number, at: number): void
  /** Forgets those that were made before, unless a message still shows them. */
  forget(before: number): void
}

export function witnessCodeQueries({ build, all, first, run }: Database): WitnessCodeQueries {
  const rows = build.selectFrom('witness_codes').selectAll()
  const change = (id: number, values: Updateable<WitnessCodesTable>) => {
    run(build.updateTable('witness_codes').set(values).where('id', '=', id))
  }
  return {
    make({ requestId, revision, digest, telegramId, nonce, madeAt, expiresAt }) {
      run(
        build
          .updateTable('witness_codes')
          .set({ end: 'replaced' })
          .where('telegram_id', '=', telegramId)
          .where('end', 'is', null),
      )
      run(
        build.insertInto('witness_codes').values({
          ...{ request_id: requestId, revision, digest, telegram_id: telegramId, nonce, tries: 0 },
          ...{ made_at: madeAt, expires_at: expiresAt, end: null },
          ...{ told_at: null, message_id: null, cleared_at: null },
        }),
      )
    },
    goodOf(telegramId) {
      const row = first(
        rows.where('telegram_id', '=', telegramId).where('end', 'is', null).orderBy('made_at', 'desc'),
      )
      return row === undefined ? null : codeOf(row)
    },
    get(id) {
      const row = first(rows.where('id', '=', id))
      return row === undefined ? null : codeOf(row)
    },
    countSince: (telegramId, since) =>
      first(
        build
          .selectFrom('witness_codes')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('telegram_id', '=', telegramId)
          .where('made_at', '>', since),
      )?.count ?? 0,
    countTry(id) {
      run(
        build
          .updateTable('witness_codes')
          .set(({ eb }) => ({ tries: eb('tries', '+', 1) }))
          .where('id', '=', id),
      )
    },
    end: (id, why) => change(id, { end: why }),
    // In the words of the indexes.
    unsettled: (now) =>
      [
        ...all(rows.where(sql<SqlBool>`told_at is null and "end" is null`).where('expires_at', '>', now)),
        ...all(rows.where(sql<SqlBool>`message_id is not null and cleared_at is null`)),
      ]
        .map(codeOf)
        .sort((a, b) => a.id - b.id),
    nextExpiry: () =>
      first(
        build
          .selectFrom('witness_codes')
          .select(({ fn }) => fn.min<number | null>('expires_at').as('at'))
          .where(sql<SqlBool>`message_id is not null and cleared_at is null`)
          .where('end', 'is', null),
      )?.at ?? null,
    told: (id, at, messageId) => change(id, { told_at: at, message_id: messageId }),
    cleared: (id, at) => change(id, { cleared_at: at }),
    forget(before) {
      run(
        build
          .deleteFrom('witness_codes')
          .where('made_at', '<', before)
          .where(sql<SqlBool>`message_id is null or cleared_at is not null`),
      )
    },
  }
}

function codeOf(row: Selectable<WitnessCodesTable>): WitnessCode {
  return {
    id: row.id,
    requestId: row.request_id,
    revision: row.revision,
    digest: row.digest,
    telegramId: row.telegram_id,
    nonce: row.nonce,
    madeAt: row.made_at,
    expiresAt: row.expires_at,
    tries: row.tries,
    end: row.end as WitnessCodeEnd | null,
    toldAt: row.told_at,
    messageId: row.message_id,
    clearedAt: row.cleared_at,
  }
}
