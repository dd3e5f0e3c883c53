import type { Database } from '../database.ts'
import { metaQueries } from './meta.ts'

/** The persistent uid counter: a uid that was handed out once is never handed out again. */
export interface UidQueries {
  /**
   * The next uid of `range` (inclusive) that is free and above every one that was handed out, durable when it returns.
   * @returns null when the range is used up
   */
  take(isFree: (uid: number) => boolean, range: { min: number; max: number }): number | null
}

const KEY = 'next_uid'

export function uidQueries(database: Database): UidQueries {
  const meta = metaQueries(database)
  return {
    take: (isFree, range) =>
      database.transaction(() => {
        let uid = Math.max(range.min, Number(meta.get(KEY) ?? range.min))
        while (uid <= range.max && !isFree(uid)) uid++
        if (uid > range.max) return null
        meta.set(KEY, String(uid + 1))
        return uid
      }),
  }
}
