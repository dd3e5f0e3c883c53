import type { Database } from '../database.ts'

/** What a challenge is for. A reconciliation has no revisions: its digest says which of its repairs are meant. */
export interface ChallengeSubject {
  kind: 'request' | 'reconciliation'
  id: number
  revision: number
  digest: string
}

/** Challenges, as hashes: one live one for each person and thing to decide. */
export interface ChallengeQueries {
  /** Replaces an older one; says how many this person has been given for it. */
  issue(subject: ChallengeSubject, personKey: string, hash: string, at: number): number
  /** Whether this is the live one; does not use it up. */
  isLive(subject: ChallengeSubject, personKey: string, hash: string): boolean
  /** One use: no challenge of this person's for it is live any more. */
  use(subject: Pick<ChallengeSubject, 'kind' | 'id'>, personKey: string): void
  /** Of everybody: there is nothing left to decide. */
  remove(kind: ChallengeSubject['kind'], id: number): void
}

export function challengeQueries({ build, first, run }: Database): ChallengeQueries {
  const find = ({ kind, id, revision, digest }: ChallengeSubject, personKey: string, hash: string) =>
    first(
      build
        .selectFrom('challenges')
        .select('issued')
        .where('subject', '=', kind)
        .where('subject_id', '=', id)
        .where('person_key', '=', personKey)
        .where('revision', '=', revision)
        .where('digest', '=', digest)
        .where('hash', '=', hash),
    )
  return {
    issue({ kind, id, revision, digest }, personKey, hash, at) {
      const before = first(
        build
          .selectFrom('challenges')
          .select('issued')
          .where('subject', '=', kind)
          .where('subject_id', '=', id)
          .where('person_key', '=', personKey),
      )
      const fresh = { revision, digest, hash, issued: (before?.issued ?? 0) + 1, at }
      run(
        build
          .insertInto('challenges')
          .values({ subject: kind, subject_id: id, person_key: personKey, ...fresh })
          .onConflict((conflict) =>
            conflict.columns(['subject', 'subject_id', 'person_key']).doUpdateSet(fresh),
          ),
      )
      return fresh.issued
    },
    isLive: (subject, personKey, hash) => find(subject, personKey, hash) !== undefined,
    use({ kind, id }, personKey) {
      // The row stays for its count, with a hash that nothing has.
      run(
        build
          .updateTable('challenges')
          .set({ hash: '' })
          .where('subject', '=', kind)
          .where('subject_id', '=', id)
          .where('person_key', '=', personKey),
      )
    },
    remove(kind, id) {
      run(build.deleteFrom('challenges').where('subject', '=', kind).where('subject_id', '=', id))
    },
  }
}
