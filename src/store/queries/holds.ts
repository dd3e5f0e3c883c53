import type { Database } from '../database.ts'

/** What open requests hold against each other: `os_user:NAME`, `telegram:ID`, `uid:N`. */
export interface HoldQueries {
  /** The first of `resources` that another request holds, or null. */
  heldByOther(
    resources: readonly string[],
    requestId: number | null,
  ): { resource: string; requestId: number } | null
  /** Inside a transaction, after `heldByOther` said null. */
  take(resources: readonly string[], requestId: number): void
  release(requestId: number): void
  /** Every resource that is held, with the request that holds it. */
  all(): Map<string, number>
}

export function holdQueries({ build, all, first, run }: Database): HoldQueries {
  return {
    heldByOther(resources, requestId) {
      if (resources.length === 0) return null
      let query = build.selectFrom('holds').selectAll().where('resource', 'in', resources).orderBy('resource')
      if (requestId !== null) query = query.where('request_id', '!=', requestId)
      const row = first(query)
      return row === undefined ? null : { resource: row.resource, requestId: row.request_id }
    },
    take(resources, requestId) {
      for (const resource of resources) {
        const { changes } = run(
          build
            .insertInto('holds')
            .values({ resource, request_id: requestId })
            // Its own hold may be there already: a returned request never let go.
            .onConflict((conflict) =>
              conflict
                .column('resource')
                .doUpdateSet({ request_id: requestId })
                .where('holds.request_id', '=', requestId),
            ),
        )
        if (changes !== 1) throw new Error(`${resource} is held by another request`)
      }
    },
    release(requestId) {
      run(build.deleteFrom('holds').where('request_id', '=', requestId))
    },
    all: () =>
      new Map(
        all(build.selectFrom('holds').selectAll()).map(({ resource, request_id }) => [resource, request_id]),
      ),
  }
}
