import { actorKey } from '../../domain/actor.ts'
import type { Reconciliation } from '../../domain/finding.ts'
import { digestMatches, digestOf, SHORT_DIGEST_LENGTH } from '../../domain/plan.ts'
import type { Request } from '../../domain/request.ts'
import type { ApiError } from '../../protocol/errors.ts'
import type { FindingView, ReconciliationView } from '../../protocol/views.ts'
import type { Caller, Ownership } from '../caller.ts'
import { because, type EngineContext, type Operation, type Refusal, refusal } from '../context.ts'
import { lookAtFactors, refuseFactors, useFactors } from '../factors/approval-factors.ts'
import { refuseApproval } from './approve-request.ts'
import { repairsChallenged } from './factors/challenge-subjects.ts'
import { refuseAccess } from './ownership.ts'
import { approveRequest } from './request-decisions.ts'
import { answersOf } from './request-subject.ts'
import { missingOf, requestRole } from './target-role.ts'

/** A dry run: looks, and writes nothing down. */
export const reconcileCheck: Operation<'reconcile.check'> = async (context, caller, { smoke }) => {
  const refused =
    refuseAccess('reconcile.check', caller, 'none', 'a reconciliation') ?? refuseTooMany(context, caller)
  if (refused !== null) return refused
  const observation = await context.reconciler.observe(smoke)
  const requests = context.store.requests.openRepairs()
  return {
    effect: () => ({ ok: true, output: { reconciliation: viewOf(context, null, observation, requests) } }),
  }
}

/** Compares everybody with the host, stores what was found and asks for repairs. */
export const reconcileRun: Operation<'reconcile.run'> = async (context, caller, { smoke }) => {
  const refused =
    refuseAccess('reconcile.run', caller, 'none', 'a reconciliation') ?? refuseTooMany(context, caller)
  if (refused !== null) return refused
  const observation = await context.reconciler.observe(smoke)
  return {
    effect() {
      const id = context.reconciler.record(observation, actorKey(caller.actor), true)
      return { ok: true, output: { reconciliation: storedView(context, id) } }
    },
  }
}

export const reconcileGet: Operation<'reconcile.get'> = async (context, caller, { id }) => {
  const ownership = ownershipOf(context, id)
  const refused = refuseAccess('reconcile.get', caller, ownership, `reconciliation ${id}`)
  if (refused !== null) return refused
  return { effect: () => ({ ok: true, output: { reconciliation: storedView(context, id) } }) }
}

/**
 * Approves every repair of a reconciliation that is still open, each by the rules of its own: what one of them refuses does not
 * keep the others. Refused as a whole only when they are not the ones that were shown, or when none could be approved.
 */
export const reconcileApprove: Operation<'reconcile.approve'> = async (context, caller, args) => {
  const { id, digest, ...sent } = args
  const ownership = ownershipOf(context, id)
  const refused = refuseAccess('reconcile.approve', caller, ownership, `reconciliation ${id}`)
  if (refused !== null) return refused
  const before = openRepairsOf(context, id)
  const early = refuseRepairs(id, before.digest, digest)
  if (early !== null) return early
  const { store, config } = context
  const asked = before.open.map((request) => requestRole(store, config, request).approval.step_up)
  // The witness's code is for one plan: such a repair is approved by itself, and says so below.
  const stepUps = asked.filter((stepUp) => stepUp !== 'witness')
  const subject = repairsChallenged(id, before.digest ?? '')
  const looked = await lookAtFactors(context, caller, subject, stepUps, sent)
  if (!looked.ok) return looked
  const { factors } = looked
  return {
    effect() {
      const { open, digest: current } = openRepairsOf(context, id)
      const other =
        refuseRepairs(id, current, digest) ??
        refuseFactors(context, caller, repairsChallenged(id, current ?? ''), factors)
      if (other !== null) return other
      const refusals: { request_id: number; error: ApiError }[] = []
      for (const request of open) {
        const refused =
          refuseApproval(context, caller, request, request.plan.digest) ??
          approveRequest(context, caller, request, factors)
        if (refused !== null) refusals.push({ request_id: request.id, error: refused.error })
      }
      const [first] = refusals
      if (first !== undefined && refusals.length === open.length) return { ok: false, error: first.error }
      useFactors(context, caller, subject, factors)
      return { ok: true, output: { reconciliation: storedView(context, id), refused: refusals } }
    },
  }
}

/** Whoever took the bot could else fill the disk with answers and events, and keep the worker looking. */
function refuseTooMany({ chatLooks, clock }: EngineContext, { actor }: Caller): Refusal | null {
  if (actor.kind === 'operator' || chatLooks.take('chat', clock())) return null
  return refusal(
    'too_many',
    "cannot compare everybody again now: wait, or use 'sudo usher reconcile'",
    because('reconcile_capped'),
  )
}

function ownershipOf({ store }: EngineContext, id: number): Ownership {
  return store.reconciliations.get(id) === null ? 'absent' : 'foreign'
}

/** A stored reconciliation with its requests as they are now. */
function storedView(context: EngineContext, id: number): ReconciliationView {
  const stored = context.store.reconciliations.get(id)
  if (stored === null) throw new Error(`reconciliation ${id} disappeared`)
  return viewOf(context, id, stored, requestsOf(context, stored.requestIds))
}

function requestsOf({ store }: EngineContext, ids: readonly number[]): Request[] {
  return ids.flatMap((id) => store.requests.get(id) ?? [])
}

/** Why these repairs cannot be decided as they were shown; null when they can. */
export function refuseRepairs(
  id: number,
  current: string | null,
  shown: string,
): (Refusal & { ok: false }) | null {
  if (current === null) {
    return refusal(
      'already_decided',
      `cannot approve reconciliation ${id}: none of its repairs waits for a decision`,
      { params: { state: 'decided' } },
    )
  }
  if (digestMatches(current, shown)) return null
  return refusal(
    'digest_differs',
    `cannot approve reconciliation ${id}: its repairs are not the ones that were shown`,
  )
}

/** The repairs of a reconciliation that wait for a decision, and what an approval of all of them is bound to. */
export function openRepairsOf(
  context: EngineContext,
  id: number,
): { open: Request[]; digest: string | null } {
  const open = openRequests(context, id)
  return { open, digest: digestOfOpen(open) }
}

function openRequests(context: EngineContext, id: number): Request[] {
  const ids = context.store.reconciliations.get(id)?.requestIds ?? []
  return requestsOf(context, ids).filter(({ state }) => state === 'submitted')
}

/** What an approval of all of them is bound to; null when there is none. */
function digestOfOpen(open: readonly Request[]): string | null {
  if (open.length === 0) return null
  return digestOf(
    'reconciliation',
    open.map(({ id, revision, plan }) => [id, revision, plan.digest]),
  )
}

function viewOf(
  { store, config, clock }: EngineContext,
  id: number | null,
  found: Reconciliation,
  requests: readonly Request[],
): ReconciliationView {
  const { begunAt, endedAt, smoke, outcome, why, people, findings, skipped } = found
  const open = requests.filter(({ state }) => state === 'submitted')
  return {
    ...{ id, begun_at: begunAt, ended_at: endedAt, smoke, outcome, why, people, skipped },
    findings: findings.map(findingView),
    requests: requests.map((request) => {
      const { telegram_id, os_user, name } = answersOf(store, request)
      const runId = store.runs.newestOf(request.id)
      const run = runId === null ? null : store.runs.get(runId)
      return {
        id: request.id,
        revision: request.revision,
        digest: request.plan.digest.slice(0, SHORT_DIGEST_LENGTH),
        state: request.state,
        missing: request.state === 'submitted' ? missingOf(store, config, request, clock()) : [],
        ...{ telegram_id, os_user, name },
        ...{ run_id: runId, run_state: run?.state ?? null },
        failure: run?.steps.find((step) => step.failure !== null)?.failure ?? null,
      }
    }),
    digest: digestOfOpen(open)?.slice(0, SHORT_DIGEST_LENGTH) ?? null,
    frozen: store.freezes.current() !== null,
  }
}

/** Plain members only: what is stored may have come from another version. */
function findingView({
  params,
  by_hand,
  failure,
  ...finding
}: Reconciliation['findings'][number]): FindingView {
  return {
    ...finding,
    ...(params === undefined ? {} : { params }),
    ...(by_hand === undefined ? {} : { by_hand }),
    ...(failure === undefined ? {} : { failure }),
  }
}
