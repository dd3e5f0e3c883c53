import { actorKey } from '../../domain/actor.ts'
import type { Request } from '../../domain/request.ts'
import type { OperationName } from '../../protocol/operations.ts'
import type { Caller } from '../caller.ts'
import { type Effect, type EngineContext, type Operation, type Refusal, refusal } from '../context.ts'
import { type Factors, lookAtFactors, refuseFactors, useFactors } from '../factors/approval-factors.ts'
import { recordApproval, refuseApproval } from './approve-request.ts'
import { closeRequest, settleRequest } from './decide-request.ts'
import { requestChallenged } from './factors/challenge-subjects.ts'
import { loadRequest, refuseDecision, reload } from './load-request.ts'
import { isRequester } from './ownership.ts'
import { eventSubject } from './request-subject.ts'
import { type Names, readNames } from './roster-names.ts'
import { requestRole } from './target-role.ts'
import { refuseText } from './text-of-decision.ts'
import { requestView } from './views.ts'

/**
 * One person's approval of the plan with this digest. From the operator it also passes the `terminal` step-up; and for an
 * adoption that the operator asked for, its reason is the consent. In chat it takes a challenge, and the factors that the role asks for.
 * A second tap of the same person changes nothing.
 */
export const requestApprove: Operation<'request.approve'> = async (context, caller, args) => {
  const { id, digest, ...sent } = args
  const loaded = loadRequest(context, 'request.approve', caller, id, isRequester)
  if (!loaded.ok) return loaded
  // What would be refused anyway costs nobody an attempt.
  const early = refuseApproval(context, caller, loaded.request, digest)
  if (early !== null) return early
  const asked = [requestRole(context.store, context.config, loaded.request).approval.step_up]
  const looked = await lookAtFactors(context, caller, requestChallenged(loaded.request), asked, sent)
  if (!looked.ok) return looked
  const { factors } = looked
  return decideRequest(context, 'request.approve', caller, id, (request) => {
    const subject = requestChallenged(request)
    const refused =
      refuseApproval(context, caller, request, digest) ??
      refuseFactors(context, caller, subject, factors) ??
      approveRequest(context, caller, request, factors)
    if (refused === null) useFactors(context, caller, subject, factors)
    return refused
  })
}

/**
 * The approval itself, of a request as it is inside the transaction, which `refuseApproval` has nothing against; a refusal has written
 * nothing.
 */
export function approveRequest(
  context: EngineContext,
  caller: Caller,
  request: Request,
  factors: Factors,
): (Refusal & { ok: false }) | null {
  const refused = recordApproval(context, caller, request, factors)
  if (refused !== null) return refused
  const { subject } = request
  const ownReason =
    subject.kind === 'onboard' ? subject.answers.reason : subject.kind === 'edit' ? subject.reason : undefined
  if (caller.actor.kind === 'operator' && isRequester(caller, request) && ownReason !== undefined) {
    consent(context, caller, request, ownReason)
  }
  settleRequest(context, request, caller.actor)
  return null
}

/**
 * On a terminal: an approval that passes the `terminal` step-up. From uid 0, with a reason, it is the consent too; whoever came in by the
 * approver account proves with a code that it is them, and stands for nobody else.
 */
export const requestConfirm: Operation<'request.confirm'> = async (context, caller, args) => {
  const { id, digest, reason, totp } = args
  if (reason !== undefined && caller.actor.kind !== 'operator') {
    return refusal('not_permitted', "cannot agree for the account's owner: only uid 0 can")
  }
  const early = (request: Request) => refuseApproval(context, caller, request, digest)
  const looked = await lookOnTerminal(context, 'request.confirm', caller, id, early, totp)
  if (!looked.ok) return looked
  const { factors } = looked
  return (
    refuseText('reason', reason) ??
    decideRequest(context, 'request.confirm', caller, id, (request) => {
      const subject = requestChallenged(request)
      const refused =
        refuseApproval(context, caller, request, digest) ??
        refuseFactors(context, caller, subject, factors) ??
        recordApproval(context, caller, request, factors)
      if (refused !== null) return refused
      if (reason !== undefined) consent(context, caller, request, reason)
      useFactors(context, caller, subject, factors)
      settleRequest(context, request, caller.actor)
      return null
    })
  )
}

/** No, with an optional reason. The first answer wins. Through the approver account it takes a code, as everything there. */
export const requestDeny: Operation<'request.deny'> = async (context, caller, { id, reason, totp }) => {
  const early = (request: Request) => refuseDecision(request, null)
  const isApprover = caller.actor.kind === 'approver'
  const looked = isApprover
    ? await lookOnTerminal(context, 'request.deny', caller, id, early, totp)
    : { ok: true as const, factors: null }
  if (!looked.ok) return looked
  const { factors } = looked
  return (
    refuseText('reason', reason) ??
    decideRequest(context, 'request.deny', caller, id, (request) => {
      const subject = requestChallenged(request)
      const refused =
        refuseDecision(request, null) ??
        (factors === null ? null : refuseFactors(context, caller, subject, factors))
      if (refused !== null) return refused
      if (factors !== null) useFactors(context, caller, subject, factors)
      closeRequest(context, request, 'denied', actorKey(caller.actor), reason ?? null)
      return null
    })
  )
}

/** Looks at the code that came with a decision on a terminal; what would be refused anyway costs nobody an attempt. */
async function lookOnTerminal(
  context: EngineContext,
  operation: 'request.confirm' | 'request.deny',
  caller: Caller,
  id: number,
  early: (request: Request) => Refused | null,
  totp: string | undefined,
): Promise<{ ok: true; factors: Factors } | Refused> {
  const loaded = loadRequest(context, operation, caller, id, isRequester)
  if (!loaded.ok) return loaded
  const { request } = loaded
  return early(request) ?? lookAtFactors(context, caller, requestChallenged(request), [], { totp })
}

/** Takes a draft or an undecided request back. */
export const requestCancel: Operation<'request.cancel'> = async (context, caller, { id }) =>
  decideRequest(context, 'request.cancel', caller, id, (request) => {
    const refused = request.state === 'draft' ? null : refuseDecision(request, null)
    if (refused !== null) return refused
    closeRequest(context, request, 'cancelled', actorKey(caller.actor), null)
    return null
  })

type Refused = Refusal & { ok: false }
type Deciding = Extract<
  OperationName,
  'request.approve' | 'request.confirm' | 'request.deny' | 'request.cancel'
>

/** Loads, decides inside the transaction on the request as it is then, and answers with what became of it. */
async function decideRequest(
  context: EngineContext,
  operation: Deciding,
  caller: Caller,
  id: number,
  decision: (request: Request) => (Refusal & { ok: false }) | null,
): Promise<Refusal | Effect<Deciding>> {
  const loaded = loadRequest(context, operation, caller, id, isRequester)
  if (!loaded.ok) return loaded
  const names: Names = await readNames(context.host)
  return {
    effect: () =>
      decision(reload(context, id)) ?? {
        ok: true,
        output: { request: requestView(context, names, reload(context, id)) },
      },
  }
}

function consent(context: EngineContext, caller: Caller, request: Request, reason: string): void {
  const { store, events, clock } = context
  if (!request.plan.demands.consent) return
  const given = store.decisions.consent(request.id, request.revision, {
    by: 'operator',
    reason,
    at: clock(),
  })
  if (!given) return
  store.claims.remove(request.id)
  events.append('request.consent', eventSubject(store, request), actorKey(caller.actor), {
    by: 'operator',
    reason,
  })
}
