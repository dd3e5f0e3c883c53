import type { Block } from '../../domain/block.ts'
import type { Database } from '../database.ts'
import type { Schema } from '../schema.ts'

/** Telegram users who are never answered. */
export interface BlockQueries {
  get(telegramId: number): Block | null
  /** False when this person is blocked already. */
  add(block: Block): boolean
  remove(telegramId: number): boolean
  /** Newest first. */
  list(limit: number, skip: number): Block[]
  count(): number
}

export function blockQueries({ build, all, first, run }: Database): BlockQueries {
  return {
    get(telegramId) {
      const row = first(build.selectFrom('blocks').selectAll().where('telegram_id', '=', telegramId))
      return row === undefined ? null : parse(row)
    },
    add({ telegramId, by, at, reason }) {
      const { changes } = run(
        build
          .insertInto('blocks')
          .values({ telegram_id: telegramId, by, at, reason })
          .onConflict((conflict) => conflict.doNothing()),
      )
      return changes === 1
    },
    remove: (telegramId) =>
      run(build.deleteFrom('blocks').where('telegram_id', '=', telegramId)).changes === 1,
    list: (limit, skip) =>
      all(
        build
          .selectFrom('blocks')
          .selectAll()
          .orderBy('at', 'desc')
          .orderBy('telegram_id', 'desc')
          .limit(limit)
          .offset(skip),
      ).map(parse),
    count: () =>
      first(build.selectFrom('blocks').select(({ fn }) => fn.countAll<number>().as('count')))?.count ?? 0,
  }
}

function parse(row: Schema['blocks']): Block {
  return { telegramId: row.telegram_id, by: row.by, at: row.at, reason: row.reason }
}
