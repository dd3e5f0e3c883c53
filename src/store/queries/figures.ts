import { type SqlBool, sql } from 'kysely'
import type { Database } from '../database.ts'

/** How much there is and how long it waits: for whoever watches the worker. Times are epoch milliseconds. */
export interface FigureQueries {
  requestsByState(): Map<string, number>
  runsByState(): Map<string, number>
  /** When the oldest run that waits was queued. */
  oldestQueuedAt(): number | null
  /** When the oldest request that waits for a decision was submitted. */
  oldestSubmittedAt(): number | null
}

export function figureQueries({ build, all, first }: Database): FigureQueries {
  const byState = (table: 'requests' | 'runs') =>
    new Map(
      all(
        build
          .selectFrom(table)
          .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
          .groupBy('state'),
      ).map(({ state, count }) => [state, count]),
    )
  return {
    requestsByState: () => byState('requests'),
    runsByState: () => byState('runs'),
    oldestQueuedAt: () =>
      first(
        build
          .selectFrom('runs')
          .select(({ fn }) => fn.min('queued_at').as('at'))
          .where('state', '=', 'queued')
          // In the words of the index `runs_unfinished`.
          .where(sql<SqlBool>`state in ('queued', 'running', 'undoing')`),
      )?.at ?? null,
    oldestSubmittedAt: () =>
      first(
        build
          .selectFrom('requests')
          .select(({ fn }) => fn.min('submitted_at').as('at'))
          .where('state', '=', 'submitted')
          // In the words of the index `requests_open`.
          .where(sql<SqlBool>`state in ('draft', 'submitted')`),
      )?.at ?? null,
  }
}
