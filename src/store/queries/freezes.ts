import type { Database } from '../database.ts'

/** One freeze of approvals in chat. Times are epoch milliseconds. */
export interface Freeze {
  at: number
  /** `actorKey` of who asked for it. */
  by: string
  why: string
}

/** When approvals in chat were frozen. */
export interface FreezeQueries {
  /** Null while approvals in chat count. */
  current(): Freeze | null
  /** The latest time at which one began, whether it has ended or not: also when the clock was set back since. */
  lastAt(): number | null
  begin(freeze: Freeze): void
  /** Whether there was one. */
  end(at: number, by: string): boolean
}

export function freezeQueries({ build, asked, run }: Database): FreezeQueries {
  const newest = asked(build.selectFrom('freezes').selectAll().orderBy('id', 'desc').limit(1))
  const latest = asked(build.selectFrom('freezes').select('at').orderBy('at', 'desc').limit(1))
  return {
    current() {
      const [row] = newest([1])
      return row === undefined || row.ended_at !== null ? null : { at: row.at, by: row.by, why: row.why }
    },
    lastAt: () => latest([1])[0]?.at ?? null,
    begin({ at, by, why }) {
      run(build.insertInto('freezes').values({ at, by, why }))
    },
    end: (at, by) =>
      run(build.updateTable('freezes').set({ ended_at: at, ended_by: by }).where('ended_at', 'is', null))
        .changes > 0,
  }
}
