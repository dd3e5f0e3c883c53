import type { Request } from '../../../domain/request.ts'
import type { ChallengeSubject } from '../../../store/queries/challenges.ts'

/** What a challenge for this request as it is now is bound to. */
export function requestChallenged({ id, revision, plan }: Request): ChallengeSubject {
  return { kind: 'request', id, revision, digest: plan.digest }
}

/** What a challenge for these repairs is bound to. */
export function repairsChallenged(id: number, digest: string): ChallengeSubject {
  return { kind: 'reconciliation', id, revision: 0, digest }
}
