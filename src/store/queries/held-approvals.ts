import type { Database } from '../database.ts'

/** Requests that have everything they need and wait a while before they run. */
export interface HeldApprovalQueries {
  hold(requestId: number, until: number): void
  /** Fine when it is not held. */
  release(requestId: number): void
  /** Those whose time has come. */
  due(now: number): number[]
  /** When the next one's time comes. */
  next(): number | null
}

export function heldApprovalQueries({ build, asked, run }: Database): HeldApprovalQueries {
  const dueRows = asked(
    build.selectFrom('held_approvals').select('request_id').where('until', '<=', 0).orderBy('until'),
  )
  const nextRow = asked(build.selectFrom('held_approvals').select('until').orderBy('until').limit(1))
  return {
    hold(requestId, until) {
      run(
        build
          .insertInto('held_approvals')
          .values({ request_id: requestId, until })
          .onConflict((conflict) => conflict.column('request_id').doUpdateSet({ until })),
      )
    },
    release(requestId) {
      run(build.deleteFrom('held_approvals').where('request_id', '=', requestId))
    },
    due: (now) => dueRows([now]).map(({ request_id }) => request_id),
    next: () => nextRow([1])[0]?.until ?? null,
  }
}
