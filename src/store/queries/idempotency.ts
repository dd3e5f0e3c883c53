import type { Database } from '../database.ts'

export interface IdempotencyScope {
  actorKey: string
  operation: string
  key: string
}

/** First answers by key, scoped to actor and operation. Written in the transaction of the effect. */
export interface IdempotencyQueries {
  find(scope: IdempotencyScope): { inputHash: string; output: string } | null
  put(scope: IdempotencyScope, answer: { inputHash: string; output: string }, at: number): void
  /** Forgets at most `limit` answers that were given before; true when there may be more. */
  forgetBefore(at: number, limit: number): boolean
}

export function idempotencyQueries({ build, asked, run }: Database): IdempotencyQueries {
  const answersTo = asked(
    build
      .selectFrom('idempotency_keys')
      .select(['input_hash', 'output'])
      .where('actor_key', '=', '')
      .where('operation', '=', '')
      .where('key', '=', ''),
  )
  return {
    find({ actorKey, operation, key }) {
      const [row] = answersTo([actorKey, operation, key])
      return row === undefined ? null : { inputHash: row.input_hash, output: row.output }
    },
    put({ actorKey, operation, key }, { inputHash, output }, at) {
      run(
        build
          .insertInto('idempotency_keys')
          .values({ actor_key: actorKey, operation, key, input_hash: inputHash, output, at }),
      )
    },
    forgetBefore(at, limit) {
      const { changes } = run(
        build
          .deleteFrom('idempotency_keys')
          .where(({ eb, refTuple, selectFrom }) =>
            eb(
              refTuple('actor_key', 'operation', 'key'),
              'in',
              selectFrom('idempotency_keys')
                .select(['actor_key', 'operation', 'key'])
                .where('at', '<', at)
                .limit(limit)
                .$asTuple('actor_key', 'operation', 'key'),
            ),
          ),
      )
      return changes === limit
    },
  }
}
