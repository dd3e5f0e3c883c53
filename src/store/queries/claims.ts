import type { Database } from '../database.ts'

export interface Claim {
  requestId: number
  revision: number
  uid: number
}

/** Claim codes, as hashes: one live code a request, bound to the uid of the account that would be adopted. */
export interface ClaimQueries {
  /** Replaces an older code of the same request. */
  issue(claim: Claim & { codeHash: string; at: number }): void
  find(codeHash: string): Claim | null
  /** One use. */
  remove(requestId: number): void
}

export function claimQueries({ build, first, run }: Database): ClaimQueries {
  const remove = (requestId: number) => {
    run(build.deleteFrom('claims').where('request_id', '=', requestId))
  }
  return {
    issue({ requestId, revision, uid, codeHash, at }) {
      remove(requestId)
      run(
        build
          .insertInto('claims')
          .values({ request_id: requestId, revision, uid, code_hash: codeHash, issued_at: at }),
      )
    },
    find(codeHash) {
      const row = first(build.selectFrom('claims').selectAll().where('code_hash', '=', codeHash))
      return row === undefined ? null : { requestId: row.request_id, revision: row.revision, uid: row.uid }
    },
    remove,
  }
}
