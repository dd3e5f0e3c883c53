import { actorKey } from '../../domain/actor.ts'
import { digestMatches } from '../../domain/plan.ts'
import type { Request } from '../../domain/request.ts'
import type { Caller } from '../caller.ts'
import { because, type EngineContext, type Operation, type Refusal, refusal } from '../context.ts'
import { hashClaimCode } from './claim-code.ts'
import { settleRequest } from './decide-request.ts'
import { refuseAccess } from './ownership.ts'
import { answersOf, eventSubject } from './request-subject.ts'
import { planView } from './views.ts'

/** What the owner of an account would agree to. */
export const claimShow: Operation<'claim.show'> = async (context, caller, { code }) => {
  const refused = refuseAttempt(context, caller, 'claim.show')
  if (refused !== null) return refused
  return {
    effect() {
      const request = claimed(context, caller, code)
      if (request === null) return claimRefused()
      const { name, role } = answersOf(context.store, request)
      return {
        ok: true,
        output: { request_id: request.id, person: name, role, plan: planView(request.plan) },
      }
    },
  }
}

/** The owner agrees to exactly this plan; the code is used up. */
export const claimAccept: Operation<'claim.accept'> = async (context, caller, { code, digest }) => {
  const refused = refuseAttempt(context, caller, 'claim.accept')
  if (refused !== null) return refused
  return {
    effect() {
      const { store, events, clock } = context
      const request = claimed(context, caller, code)
      if (request === null || caller.actor.kind !== 'os') return claimRefused()
      if (!digestMatches(request.plan.digest, digest)) {
        return refusal('digest_differs', 'cannot accept this claim: the plan is not the one that was shown')
      }
      const { uid } = caller.actor
      store.decisions.consent(request.id, request.revision, { by: 'owner', uid, at: clock() })
      store.claims.remove(request.id)
      events.append('request.consent', eventSubject(store, request), actorKey(caller.actor), { by: 'owner' })
      settleRequest(context, request, caller.actor)
      return { ok: true, output: { request_id: request.id, person: answersOf(store, request).name } }
    },
  }
}

/**
 * The submitted request that this code claims, if the kernel says that the caller is the account it would adopt. Every
 * failure is the same to the caller.
 */
function claimed({ store }: EngineContext, caller: Caller, code: string): Request | null {
  if (caller.actor.kind !== 'os') return null
  const claim = store.claims.find(hashClaimCode(code))
  if (claim === null || claim.uid !== caller.actor.uid) return null
  const request = store.requests.get(claim.requestId)
  return request?.state === 'submitted' && request.revision === claim.revision ? request : null
}

function claimRefused() {
  return refusal('claim_refused', 'cannot accept this claim: the code is not valid for this account')
}

function refuseAttempt(
  context: EngineContext,
  caller: Caller,
  operation: 'claim.show' | 'claim.accept',
): Refusal | null {
  const refused = refuseAccess(operation, caller, 'own', 'a claim')
  if (refused !== null) return refused
  return context.claimAttempts.take(actorKey(caller.actor), context.clock())
    ? null
    : refusal('too_many', 'cannot try more claim codes now: wait an hour', because('claims_capped'))
}
