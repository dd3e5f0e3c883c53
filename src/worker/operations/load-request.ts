import type { OnboardAnswers } from '../../domain/person.ts'
import { digestMatches } from '../../domain/plan.ts'
import type { Request } from '../../domain/request.ts'
import type { OperationName } from '../../protocol/operations.ts'
import type { Caller, Ownership } from '../caller.ts'
import { because, type EngineContext, type Refusal, refusal } from '../context.ts'
import { refuseAccess } from './ownership.ts'
import { answersOf } from './request-subject.ts'

export type LoadedRequest =
  | { ok: true; request: Request; answers: OnboardAnswers }
  | (Refusal & { ok: false })

/** The request that an operation is about, if the caller may do that to it; `isOwn` says what makes it theirs. */
export function loadRequest(
  { store }: EngineContext,
  operation: OperationName,
  caller: Caller,
  id: number,
  isOwn: (caller: Caller, request: Request, answers: OnboardAnswers) => boolean,
): LoadedRequest {
  const request = store.requests.get(id)
  const answers = request === null ? null : answersOf(store, request)
  const own = request !== null && answers !== null && isOwn(caller, request, answers)
  const ownership: Ownership = request === null ? 'absent' : own ? 'own' : 'foreign'
  const refused = refuseAccess(operation, caller, ownership, `request ${id}`)
  if (refused !== null) return { ok: false, ...refused }
  // An access rule that allows what is absent is answered like one that hides it.
  if (request === null || answers === null) return refusal('not_found', notFound(id))
  return { ok: true, request, answers }
}

/** The request again, inside the transaction; gone is a bug, requests are never deleted. */
export function reload({ store }: EngineContext, id: number): Request {
  const request = store.requests.get(id)
  if (request === null) throw new Error(`request ${id} disappeared`)
  return request
}

/** The refusal of a decision that came too early or too late, or on another plan than the current one; null when it may be. */
export function refuseDecision(request: Request, digest: string | null): (Refusal & { ok: false }) | null {
  const { id, state, decidedBy, decidedAt } = request
  if (state === 'draft')
    return refusal(
      'bad_request',
      `cannot decide request ${id}: submit it first`,
      because('submit_first', { request: id }),
    )
  const decided = { params: { state, by: decidedBy ?? 'worker', at: decidedAt ?? 0 } }
  if (state === 'expired') {
    return refusal('expired', `cannot decide request ${id}: it expired undecided`, decided)
  }
  if (state !== 'submitted') {
    return refusal('already_decided', `cannot decide request ${id} again: it is ${state}`, decided)
  }
  if (digest !== null && !digestMatches(request.plan.digest, digest)) {
    return refusal('digest_differs', `cannot decide request ${id}: its plan is not the one that was shown`, {
      params: { revision: request.revision },
    })
  }
  return null
}

function notFound(id: number): string {
  return `cannot find request ${id}: there is no such thing, or it is not yours to see`
}
