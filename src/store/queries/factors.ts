import type { Database } from '../database.ts'

/** The counters of somebody's second factor; its secret is in the secrets file. Steps count half minutes since 1970. */
export interface TotpFactor {
  telegramId: number
  state: 'active' | 'disabled'
  enrolledAt: number
  /** Only later ones are accepted. */
  acceptedStep: number
  /** The latest at which the worker looked at a code: a clock that says less was set back. */
  seenStep: number
  /** Wrong codes since the last right one; an attempt counts before it is looked at. */
  failures: number
}

/** A Telegram id with which nobody can be spoken for any more. `at`: epoch milliseconds. */
export interface RevokedTelegramId {
  telegramId: number
  at: number
  reason: string | null
}

/** Second factors and revoked Telegram ids. */
export interface FactorQueries {
  get(telegramId: number): TotpFactor | null
  all(): TotpFactor[]
  /** In place of an older one. */
  put(factor: TotpFactor): void
  /** Whether there was one. */
  remove(telegramId: number): boolean
  revoked(): RevokedTelegramId[]
  isRevoked(telegramId: number): boolean
  /** False when it is revoked already. */
  revoke(revoked: RevokedTelegramId): boolean
  /** Whether it was revoked. */
  restore(telegramId: number): boolean
}

export function factorQueries({ build, all, asked, first, run }: Database): FactorQueries {
  const revokedRow = asked(
    build.selectFrom('revoked_telegram_ids').select('telegram_id').where('telegram_id', '=', 0),
  )
  return {
    get(telegramId) {
      const row = first(build.selectFrom('totp_factors').selectAll().where('telegram_id', '=', telegramId))
      return row === undefined ? null : factorOf(row)
    },
    all: () => all(build.selectFrom('totp_factors').selectAll().orderBy('telegram_id')).map(factorOf),
    put({ telegramId, state, enrolledAt, acceptedStep, seenStep, failures }) {
      const values = {
        ...{ state, enrolled_at: enrolledAt },
        ...{ accepted_step: acceptedStep, seen_step: seenStep, failures },
      }
      run(
        build
          .insertInto('totp_factors')
          .values({ telegram_id: telegramId, ...values })
          .onConflict((conflict) => conflict.column('telegram_id').doUpdateSet(values)),
      )
    },
    remove: (telegramId) =>
      run(build.deleteFrom('totp_factors').where('telegram_id', '=', telegramId)).changes > 0,
    revoked: () =>
      all(build.selectFrom('revoked_telegram_ids').selectAll().orderBy('telegram_id')).map(
        ({ telegram_id, at, reason }) => ({ telegramId: telegram_id, at, reason }),
      ),
    isRevoked: (telegramId) => revokedRow([telegramId]).length > 0,
    revoke: ({ telegramId, at, reason }) =>
      run(
        build
          .insertInto('revoked_telegram_ids')
          .values({ telegram_id: telegramId, at, reason })
          .onConflict((conflict) => conflict.doNothing()),
      ).changes > 0,
    restore: (telegramId) =>
      run(build.deleteFrom('revoked_telegram_ids').where('telegram_id', '=', telegramId)).changes > 0,
  }
}

function factorOf(row: {
  telegram_id: number
  state: string
  enrolled_at: number
  accepted_step: number
  seen_step: number
  failures: number
}): TotpFactor {
  return {
    telegramId: row.telegram_id,
    state: row.state as TotpFactor['state'],
    enrolledAt: row.enrolled_at,
    acceptedStep: row.accepted_step,
    seenStep: row.seen_step,
    failures: row.failures,
  }
}
