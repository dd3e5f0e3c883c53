import { type SqlBool, sql } from 'kysely'
import type { Database } from '../database.ts'

/** Which Telegram users are known to have pressed Start at the bot. */
export interface StartQueries {
  has(telegramId: number): boolean
  /** True when it is news. Either way it is pending again. */
  note(telegramId: number, at: number): boolean
  /** Whose Start may be what an account waits for. */
  pending(): number[]
  /** There is nothing more to do about this Start; that it was pressed stays known. */
  settle(telegramId: number): void
}

export function startQueries({ build, all, first, run }: Database): StartQueries {
  const has = (telegramId: number) =>
    first(build.selectFrom('starts').select('at').where('telegram_id', '=', telegramId)) !== undefined
  return {
    has,
    note(telegramId, at) {
      const isNews = !has(telegramId)
      run(
        build
          .insertInto('starts')
          .values({ telegram_id: telegramId, at, pending: 1 })
          .onConflict((conflict) => conflict.column('telegram_id').doUpdateSet({ pending: 1 })),
      )
      return isNews
    },
    // In the words of the index `starts_pending`.
    pending: () =>
      all(
        build
          .selectFrom('starts')
          .select('telegram_id')
          .where(sql<SqlBool>`pending = 1`)
          .orderBy('telegram_id'),
      ).map((row) => row.telegram_id),
    settle(telegramId) {
      run(build.updateTable('starts').set({ pending: 0 }).where('telegram_id', '=', telegramId))
    },
  }
}
