import { actorKey } from '../../domain/actor.ts'
import type { Difference } from '../../domain/difference.ts'
import type { JsonObject } from '../../domain/json.ts'
import { isFrozen, isTooOld } from '../../domain/policy.ts'
import type { Request } from '../../domain/request.ts'
import type { RunHead } from '../../domain/run.ts'
import type { Violation } from '../../domain/violation.ts'
import type { EngineContext } from '../context.ts'
import { decide } from '../gate/access.ts'
import { type Checked, checkRequest } from '../operations/check-request.ts'
import { isRequester } from '../operations/ownership.ts'
import { answersOf, identityOf } from '../operations/request-subject.ts'
import { plainDifferences, returnRequest } from '../operations/return-request.ts'
import { chatRules, missingOf, requestRole } from '../operations/target-role.ts'
import { atMost, planDifferences } from '../planning/plan-differences.ts'
import type { RunTransitions } from './run-transitions.ts'

/**
 * Claims a queued run: looks at the host again, plans again, and starts only if that is the plan that was approved, by people
 * who still may, while their approvals are good. Otherwise the request goes back to be decided anew, with what differs.
 * Nothing is ever widened.
 *
 * @returns whether the run is running now
 */
export async function claimRun(
  context: EngineContext,
  transitions: RunTransitions,
  run: RunHead,
): Promise<boolean> {
  const { store, events } = context
  const request = store.requests.get(run.requestId)
  if (request === null) throw new Error(`run ${run.id} has no request`)
  const checked = await checkRequest(context, request, answersOf(store, request))
  const lost = await lostApprovers(context, request)
  return events.commit(() => {
    const late = tooLate(context, request)
    const differences = atMost([
      ...late,
      ...frozenSince(context, request),
      ...(lost.length > 0 ? lost : revokedSince(context, request)),
      ...drift(context, run, request, checked),
    ])
    if (differences.length > 0) {
      const kind = late.length > 0 ? 'stale' : 'drift'
      transitions.run(run, 'queued', 'superseded', {
        why: kind,
        differences: plainDifferences(differences),
      })
      returnRequest(context, request, checked, { kind, runId: run.id, differences }, 'worker')
      return false
    }
    transitions.run(run, 'queued', 'running', { revision: run.revision })
    const undone = run.undoOf === null ? null : store.runs.head(run.undoOf)
    if (undone !== null) transitions.run(undone, 'succeeded', 'undoing', { by_run: run.id })
    const [first] = store.runs.steps(run.id)
    if (first !== undefined && undone === null) transitions.begin(run, first)
    return true
  })
}

/** What is not as it was approved; empty when everything is. */
function drift({ store }: EngineContext, run: RunHead, request: Request, checked: Checked): Difference[] {
  const target = run.undoOf === null ? null : store.runs.head(run.undoOf)
  if (target !== null && target.state !== 'succeeded') {
    return [{ code: 'undo_target_changed', params: { run: target.id, state: target.state } }]
  }
  const { plan, basis } = checked.plan(identityOf(request))
  const unchanged = plan.digest === run.digest && plan.digest === request.plan.digest
  const before = JSON.parse(store.requests.basis(request.id)) as JsonObject
  const found: Difference[] = unchanged ? [] : planDifferences(before, basis)
  if (!unchanged && found.length === 0) found.push({ code: 'plan_changed' })
  return withObjections(found, checked.violations)
}

/** Differences that say already what a violation would. */
const SAYS: Partial<Record<Violation['code'], Difference['code']>> = {
  os_user_exists: 'account_appeared',
  os_user_missing: 'account_gone',
  os_user_group_exists: 'group_appeared',
  os_user_on_roster: 'roster_entry_appeared',
  telegram_id_on_roster: 'roster_entry_appeared',
  uid_on_roster: 'roster_entry_appeared',
}

function withObjections(found: readonly Difference[], violations: readonly Violation[]): Difference[] {
  const isRoleGone = violations.find(({ code }) => code === 'role_unknown')
  // The role that takes the place of one that is gone differs in everything, which says nothing.
  const differences = found.filter(({ code }) => isRoleGone === undefined || !code.startsWith('role_'))
  const codes = new Set(differences.map(({ code }) => code))
  const objections = violations.flatMap(({ code, field, params }): Difference[] => {
    const said = SAYS[code]
    if (said !== undefined && codes.has(said)) return []
    if (code === 'role_unknown')
      return [{ code: 'role_gone', params: { role: String(params?.['value'] ?? '') } }]
    return [{ code: 'objection', params: { ...params, field, violation: code } }]
  })
  return [...differences, ...objections]
}

/** Approvals in chat count only until somebody freezes chat; those that stood on a terminal are enough or not by themselves. */
function frozenSince(context: EngineContext, request: Request): Difference[] {
  const { store, config, clock } = context
  const rules = chatRules(store, config)
  if (rules.frozenAt === null || missingOf(store, config, request, clock()).length === 0) return []
  const given = store.decisions.approvals(request.id, request.revision)
  if (!given.some((approval) => isFrozen(approval, rules))) return []
  return [{ code: 'chat_frozen', params: { at: rules.frozenAt } }]
}

/** An approval is good for as long as its role gives a request, from its own decision on. */
function tooLate(context: EngineContext, request: Request): Difference[] {
  const { store, config, clock } = context
  if (missingOf(store, config, request, clock()).length === 0) return []
  const policy = requestRole(store, config, request).approval
  const approvals = store.decisions.approvals(request.id, request.revision)
  // In the order in which they were given.
  const oldest = approvals.find((approval) => isTooOld(policy, approval, clock()))
  if (oldest === undefined) return []
  return [{ code: 'waited_too_long', params: { approved_at: oldest.at, expires_ms: policy.expiresMs } }]
}

/** Approvers whose Telegram id was revoked while the others were looked up. */
function revokedSince({ store }: EngineContext, request: Request): Difference[] {
  return store.decisions.approvals(request.id, request.revision).flatMap(({ actor }): Difference[] => {
    const telegramId = actor.kind === 'telegram' || actor.kind === 'approver' ? actor.telegramId : null
    if (telegramId === null || !store.factors.isRevoked(telegramId)) return []
    return [{ code: 'approver_lost', params: { by: actorKey(actor) } }]
  })
}

/** Approvers who could not give the same approval now. */
async function lostApprovers(context: EngineContext, request: Request): Promise<Difference[]> {
  const { store, callerOf } = context
  const approvals = store.decisions.approvals(request.id, request.revision)
  const lost = await Promise.all(
    approvals.map(async ({ actor, personKey }): Promise<Difference[]> => {
      if (actor.kind === 'operator') return []
      const gone: Difference[] = [{ code: 'approver_lost', params: { by: actorKey(actor) } }]
      const caller = await callerOf(actor)
      if (caller === null || caller.personKey !== personKey) return gone
      const ownership = isRequester(caller, request) ? 'own' : 'foreign'
      // What they gave must be theirs to give there and then.
      const given = actor.kind === 'approver' ? 'request.confirm' : 'request.approve'
      return decide(given, caller, ownership) === 'allow' ? [] : gone
    }),
  )
  return lost.flat()
}
