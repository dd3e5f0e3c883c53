import { actorKey, personKeyOf } from '../../domain/actor.ts'
import { mayCount } from '../../domain/policy.ts'
import type { Approval, Request } from '../../domain/request.ts'
import type { Caller } from '../caller.ts'
import { because, type EngineContext, type Refusal, refusal } from '../context.ts'
import { type Factors, stepUpRequired, viaOf } from '../factors/approval-factors.ts'
import { refuseDecision } from './load-request.ts'
import { eventSubject, repairResources, telegramIdsOf } from './request-subject.ts'
import { requestRole } from './target-role.ts'

const DAY = 24 * 3_600_000

type Refused = Refusal & { ok: false }

/** Why this caller cannot approve this plan now, whatever else they send; null when they can. Changes nothing. */
export function refuseApproval(
  context: EngineContext,
  caller: Caller,
  request: Request,
  digest: string,
): Refused | null {
  return (
    refuseDecision(request, digest) ??
    refuseHeld(context, request) ??
    refuseApprover(context, caller, request)
  )
}

/**
 * Records an approval that `refuseApproval` has nothing against, with the factors that came with it; null when it counts, or when the
 * same person gave it before. A refusal has written nothing.
 */
export function recordApproval(
  context: EngineContext,
  caller: Caller,
  request: Request,
  factors: Factors,
): Refused | null {
  const { store, config, events, clock } = context
  const { actor, personKey } = caller
  if (personKey === null) throw new Error('an approval was let through without a person')
  const { approval: policy } = requestRole(store, config, request)
  const { via } = factors
  const proof = proofOf(factors)
  if (via === 'chat' && policy.step_up === 'totp' && proof === 'none') return stepUpRequired('totp')
  if (via === 'chat' && policy.step_up === 'witness' && proof !== 'witness') return stepUpRequired('witness')
  const now = clock()
  const { id: requestId, revision, plan } = request
  const added = store.decisions.approve(
    { requestId, revision, digest: plan.digest, actor, personKey, via, proof, at: now },
    { at: now - policy.expiresMs, chatAt: store.freezes.lastAt() },
  )
  if (added) {
    const data = { revision, via, proof }
    events.append('request.approval', eventSubject(store, request), actorKey(actor), data)
  }
  return null
}

function proofOf({ via, totp, witness }: Factors): Approval['proof'] {
  if (via === 'terminal') return 'terminal'
  if (witness !== null) return 'witness'
  return totp === null ? 'none' : 'totp'
}

/** Who may not, or not now. */
function refuseApprover(context: EngineContext, caller: Caller, request: Request): Refused | null {
  const { store, config, clock } = context
  const { actor, personKey } = caller
  if (personKey === null) {
    return refusal('not_permitted', 'cannot approve: only a known person can', because('only_known_person'))
  }
  const { approval: policy } = requestRole(store, config, request)
  // The operator's is recorded even where it does not count: it passes the step-up.
  if (!mayCount(policy, request.requesterPersonKey, personKey) && actor.kind !== 'operator') {
    return refusal(
      'not_permitted',
      `cannot approve request ${request.id}: it is your own, and the role needs somebody else's approval`,
      because('needs_somebody_else', { request: request.id }),
    )
  }
  const isSubject = telegramIdsOf(store, request).some((id) => personKey === personKeyOf(id))
  if (isSubject && !policy.self) {
    return refusal(
      'not_permitted',
      `cannot approve request ${request.id}: it is about you`,
      because('about_you', { request: request.id }),
    )
  }
  const { chatPerDay } = config.approval
  if (viaOf(caller) === 'chat' && store.decisions.countSince('chat', clock() - DAY) >= chatPerDay) {
    return refusal(
      'too_many',
      `cannot approve more than ${chatPerDay} requests a day by chat: use 'sudo usher confirm ${request.id}'`,
      because('chat_per_day', { request: request.id, max: chatPerDay }),
    )
  }
  // How old the request is cannot be said by a clock that was set back.
  if ((request.submittedAt ?? 0) - clock() > context.limits.clockToleranceMs) {
    return refusal('clock_behind', `cannot approve request ${request.id}: the clock was set back`)
  }
  return null
}

/** A repair holds its person from its approval on, and waits for whatever was asked for meanwhile. */
function refuseHeld({ store }: EngineContext, request: Request): Refused | null {
  if (request.subject.kind !== 'repair') return null
  const held = store.holds.heldByOther(repairResources(request, request.subject.answers), request.id)
  if (held === null) return null
  return refusal(
    'held',
    `cannot approve request ${request.id}: request ${held.requestId} holds the same person`,
    {
      params: { request: held.requestId, resource: held.resource },
    },
  )
}
