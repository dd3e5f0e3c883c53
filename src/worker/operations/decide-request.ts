import { randomBytes } from 'node:crypto'
import { type Actor, actorKey } from '../../domain/actor.ts'
import type { OnboardAnswers } from '../../domain/person.ts'
import type { Missing, Request } from '../../domain/request.ts'
import type { EngineContext } from '../context.ts'
import { followRequest } from './access/follow.ts'
import { answersOf, eventSubject, repairResources } from './request-subject.ts'
import { missingOf } from './target-role.ts'

/**
 * Approves a submitted request and queues its run when nothing is missing any more; call it inside the transaction that
 * recorded a decision. First decision wins: the transition is guarded by state and revision. What only waits is noted, so that
 * `settleHeld` comes back to it.
 *
 * @returns what is still missing; empty when the run was queued
 */
export function settleRequest(context: EngineContext, request: Request, actor: Actor): Missing[] {
  const { store, config, events, clock } = context
  const now = clock()
  const missing = missingOf(store, config, request, now)
  const [only, ...others] = missing
  if (only?.kind === 'hold' && others.length === 0) store.heldApprovals.hold(request.id, only.until)
  else store.heldApprovals.release(request.id)
  if (missing.length > 0) return missing
  const decided = store.requests.transition(request.id, 'submitted', 'approved', request.revision, {
    decidedAt: now,
    decidedBy: actorKey(actor),
  })
  if (!decided) throw new Error(`request ${request.id} changed inside a transaction`)
  store.claims.remove(request.id)
  store.challenges.remove('request', request.id)
  const answers = answersOf(store, request)
  const { subject } = request
  if (subject.kind === 'repair') store.holds.take(repairResources(request, subject.answers), request.id)
  const runId = store.runs.insert({
    requestId: request.id,
    revision: request.revision,
    kind: subject.kind,
    undoOf: subject.kind === 'undo' ? subject.runId : null,
    digest: request.plan.digest,
    marker: randomBytes(16).toString('hex'),
    osUser: answers.os_user,
    telegramId: answers.telegram_id,
    queuedAt: now,
    steps: request.plan.steps,
  })
  const about = eventSubject(store, request, runId)
  events.append('request.approved', about, actorKey(actor), { revision: request.revision })
  events.append('run.queued', about, actorKey(actor), { kind: subject.kind, revision: request.revision })
  return []
}

/** Ends an open request undecided or against it; call it inside a transaction. False when it was not in that state any more. */
export function closeRequest(
  context: EngineContext,
  request: Request,
  to: 'denied' | 'expired' | 'cancelled',
  by: string,
  reason: string | null,
): boolean {
  const { store, events, clock } = context
  const { id, state, revision } = request
  const closed = store.requests.transition(id, state, to, revision, {
    decidedAt: clock(),
    decidedBy: by,
    reason: reason ?? request.reason,
  })
  if (!closed) return false
  store.holds.release(id)
  store.claims.remove(id)
  store.challenges.remove('request', id)
  store.heldApprovals.release(id)
  events.append(`request.${to}`, eventSubject(store, request), by, {
    from: state,
    revision,
    ...(reason === null ? {} : { reason }),
  })
  followRequest(context, request, to, by, reason)
  return true
}

/** Takes back what the worker asked for a person by itself: whatever somebody asks for goes first. Call it inside a transaction. */
export function cancelRepairs(context: EngineContext, { telegram_id, os_user }: OnboardAnswers): void {
  for (const request of context.store.requests.openRepairs()) {
    const { subject } = request
    if (subject.kind !== 'repair') continue
    const { answers } = subject
    if (answers.telegram_id !== telegram_id && answers.os_user !== os_user) continue
    closeRequest(context, request, 'cancelled', 'worker', 'something else was asked for this person')
  }
}

/**
 * Queues what had everything and has waited long enough. Called by a timer; a request that lacks something again waits
 * for people.
 *
 * @returns whether anything was queued
 */
export function settleHeld(context: EngineContext): boolean {
  const { store, events, clock } = context
  if (store.heldApprovals.due(clock()).length === 0) return false
  return events.commit(() => {
    let queued = false
    for (const id of store.heldApprovals.due(clock())) {
      const request = store.requests.get(id)
      const last = request === null ? undefined : store.decisions.approvals(id, request.revision).at(-1)
      // Whoever approved last has decided it; the worker only waited.
      if (request?.state !== 'submitted' || last === undefined) store.heldApprovals.release(id)
      else if (settleRequest(context, request, last.actor).length === 0) queued = true
    }
    return queued
  })
}

/** Closes what nobody decided in time: a time-out means no. */
export function lapseRequests(context: EngineContext): void {
  const { store, events, clock } = context
  if (store.requests.lapsed(clock()).length === 0) return
  events.commit(() => {
    for (const request of store.requests.lapsed(clock())) {
      closeRequest(context, request, 'expired', 'worker', null)
    }
  })
}
