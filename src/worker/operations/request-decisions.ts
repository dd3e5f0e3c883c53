import { actorKey, personKeyOf } from '../../domain/actor.ts'
import { mayCount } from '../../domain/policy.ts'
import type { Request } from '../../domain/request.ts'
import { hasUnsafeCharacters } from '../../domain/unsafe-text.ts'
import type { OperationName } from '../../protocol/operations.ts'
import type { Caller } from '../caller.ts'
import { type Effect, type EngineContext, type Operation, type Refusal, refusal } from '../context.ts'
import { closeRequest, settleRequest } from './decide-request.ts'
import { loadRequest, refuseDecision, reload } from './load-request.ts'
import { isRequester } from './ownership.ts'
import { answersOf, eventSubject, repairResources } from './request-subject.ts'
import { type Names, readNames } from './roster-names.ts'
import { requestRole } from './target-role.ts'
import { requestView } from './views.ts'

const DAY = 24 * 3_600_000

/**
 * One person's approval of the plan with this digest. From the operator it also passes the `terminal` step-up; and for an
 * adoption that the operator asked for, its reason is the consent. A second tap of the same person changes nothing.
 */
export const requestApprove: Operation<'request.approve'> = async (context, caller, { id, digest }) =>
  decideRequest(context, 'request.approve', caller, id, (request) =>
    approveRequest(context, caller, request, digest),
  )

/** The approval itself, of a request as it is inside the transaction; a refusal has written nothing. */
export function approveRequest(
  context: EngineContext,
  caller: Caller,
  request: Request,
  digest: string,
): (Refusal & { ok: false }) | null {
  const refused =
    refuseDecision(request, digest) ?? refuseHeld(context, request) ?? approve(context, caller, request)
  if (refused !== null) return refused
  const { subject } = request
  const ownReason = subject.kind === 'onboard' ? subject.answers.reason : undefined
  if (caller.actor.kind === 'operator' && isRequester(caller, request) && ownReason !== undefined) {
    consent(context, caller, request, ownReason)
  }
  settleRequest(context, request, caller.actor)
  return null
}

/** uid 0 on a terminal: an approval that passes the `terminal` step-up and, with a reason, is the consent. */
export const requestConfirm: Operation<'request.confirm'> = async (context, caller, { id, digest, reason }) =>
  refuseText('reason', reason) ??
  decideRequest(context, 'request.confirm', caller, id, (request) => {
    const refused =
      refuseDecision(request, digest) ?? refuseHeld(context, request) ?? approve(context, caller, request)
    if (refused !== null) return refused
    if (reason !== undefined) consent(context, caller, request, reason)
    settleRequest(context, request, caller.actor)
    return null
  })

/** No, with an optional reason. The first answer wins. */
export const requestDeny: Operation<'request.deny'> = async (context, caller, { id, reason }) =>
  refuseText('reason', reason) ??
  decideRequest(context, 'request.deny', caller, id, (request) => {
    const refused = refuseDecision(request, null)
    if (refused !== null) return refused
    closeRequest(context, request, 'denied', actorKey(caller.actor), reason ?? null)
    return null
  })

/** Takes a draft or an undecided request back. */
export const requestCancel: Operation<'request.cancel'> = async (context, caller, { id }) =>
  decideRequest(context, 'request.cancel', caller, id, (request) => {
    const refused = request.state === 'draft' ? null : refuseDecision(request, null)
    if (refused !== null) return refused
    closeRequest(context, request, 'cancelled', actorKey(caller.actor), null)
    return null
  })

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

/** Records an approval; null when it counts, or when the same person gave it before. */
function approve(context: EngineContext, caller: Caller, request: Request): (Refusal & { ok: false }) | null {
  const { store, config, events, clock } = context
  const { actor, personKey } = caller
  if (personKey === null) return refusal('not_permitted', 'cannot approve: only a known person can')
  const { approval: policy } = requestRole(store, config, request)
  const onTerminal = actor.kind === 'operator'
  // The operator's is recorded even where it does not count: it passes the step-up.
  if (!mayCount(policy, request.requesterPersonKey, personKey) && !onTerminal) {
    return refusal(
      'not_permitted',
      `cannot approve request ${request.id}: it is your own, and the role needs somebody else's approval`,
    )
  }
  const target = actorTarget(context, request, caller)
  if (target !== null) return target
  const { chatPerDay } = config.approval
  if (!onTerminal && store.decisions.countSince('chat', clock() - DAY) >= chatPerDay) {
    return refusal(
      'too_many',
      `cannot approve more than ${chatPerDay} requests a day by chat: use 'sudo usher confirm ${request.id}'`,
    )
  }
  const now = clock()
  // How old the request is cannot be said by a clock that was set back.
  if ((request.submittedAt ?? 0) - now > context.limits.clockToleranceMs) {
    return refusal('clock_behind', `cannot approve request ${request.id}: the clock was set back`)
  }
  const given = {
    requestId: request.id,
    revision: request.revision,
    digest: request.plan.digest,
    actor,
    personKey,
    via: onTerminal ? 'terminal' : 'chat',
    proof: onTerminal ? 'terminal' : 'none',
    at: now,
  } as const
  const dead = { at: now - policy.expiresMs, chatAt: store.freezes.lastAt() }
  const added = store.decisions.approve(given, dead)
  if (added) {
    events.append('request.approval', eventSubject(store, request), actorKey(actor), {
      revision: request.revision,
      via: given.via,
      proof: given.proof,
    })
  }
  return null
}

/** A repair holds its person from its approval on, and waits for whatever was asked for meanwhile. */
function refuseHeld({ store }: EngineContext, request: Request): (Refusal & { ok: false }) | null {
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

/** Nobody approves a request about themselves unless they may approve anybody's, and the policy lets one's own count. */
function actorTarget(
  { store, config }: EngineContext,
  request: Request,
  caller: Caller,
): (Refusal & { ok: false }) | null {
  const answers = answersOf(store, request)
  const isSubject = caller.personKey === personKeyOf(answers.telegram_id)
  if (!isSubject || requestRole(store, config, request).approval.self) return null
  return refusal('not_permitted', `cannot approve request ${request.id}: it is about you`)
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

/** Text of a decision is shown to others. */
function refuseText(field: string, text: string | undefined): Refusal | null {
  if (text === undefined || !hasUnsafeCharacters(text)) return null
  const violations = [{ field, code: 'text_has_control_characters' as const }]
  return refusal('invalid', `cannot use this ${field}`, { violations })
}
