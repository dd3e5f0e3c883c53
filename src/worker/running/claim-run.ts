import type { JsonObject } from '../../domain/json.ts'
import type { Request } from '../../domain/request.ts'
import type { Run } from '../../domain/run.ts'
import type { EngineContext } from '../context.ts'
import { decide } from '../gate/access.ts'
import { type Checked, checkRequest } from '../operations/check-request.ts'
import { isRequester } from '../operations/ownership.ts'
import { answersOf, identityOf } from '../operations/request-subject.ts'
import { returnRequest } from '../operations/return-request.ts'
import { planDifferences } from '../planning/plan-differences.ts'
import type { RunTransitions } from './run-transitions.ts'

/**
 * Claims a queued run: looks at the host again, plans again, and starts only if that is the plan that was approved, by people
 * who still may. Otherwise the request goes back to be decided anew, with what differs. Nothing is ever widened.
 *
 * @returns whether the run is running now
 */
export async function claimRun(
  context: EngineContext,
  transitions: RunTransitions,
  run: Run,
): Promise<boolean> {
  const { store, events } = context
  const request = store.requests.get(run.requestId)
  if (request === null) throw new Error(`run ${run.id} has no request`)
  const checked = await checkRequest(context, request, answersOf(store, request))
  const lost = await lostApprovers(context, request)
  return events.commit(() => {
    const objections = [...differences(context, run, request, checked), ...lost]
    if (objections.length > 0) {
      const reason = `since the approval: ${objections.join('; ')}`.toWellFormed().slice(0, 1000)
      transitions.run(run, 'queued', 'superseded', { reason })
      returnRequest(context, request, checked, { kind: 'drift', runId: run.id, actor: 'worker', reason })
      return false
    }
    transitions.run(run, 'queued', 'running', { revision: run.revision })
    const undone = run.undoOf === null ? null : store.runs.get(run.undoOf)
    if (undone !== null) transitions.run(undone, 'succeeded', 'undoing', { by_run: run.id })
    const [first] = store.runs.steps(run.id)
    if (first !== undefined && undone === null) transitions.begin(run, first)
    return true
  })
}

/** What is not as it was approved, in words; empty when everything is. */
function differences({ store }: EngineContext, run: Run, request: Request, checked: Checked): string[] {
  if (run.undoOf !== null && store.runs.get(run.undoOf)?.state !== 'succeeded') {
    return [`run ${run.undoOf} is no longer one that succeeded`]
  }
  const { plan, basis } = checked.plan(identityOf(request))
  const objections = checked.violations.map(({ code, params }) =>
    [code.replaceAll('_', ' '), ...Object.values(params ?? {})].join(' '),
  )
  if (plan.digest === run.digest && plan.digest === request.plan.digest) return objections
  const places = planDifferences(JSON.parse(store.requests.basis(request.id)) as JsonObject, basis)
  return [
    ...(places.length > 0 ? places.map((place) => `${place} changed`) : ['the plan changed']),
    ...objections,
  ]
}

/** Approvers who could not give the same approval now. */
async function lostApprovers(context: EngineContext, request: Request): Promise<string[]> {
  const { store, callerOf } = context
  const approvals = store.decisions.approvals(request.id, request.revision)
  const lost = await Promise.all(
    approvals.map(async ({ actor, personKey }) => {
      if (actor.kind === 'operator') return false
      const caller = await callerOf(actor)
      if (caller === null || caller.personKey !== personKey) return true
      const ownership = isRequester(caller, request) ? 'own' : 'foreign'
      return decide('request.approve', caller, ownership) !== 'allow'
    }),
  )
  return lost.includes(true) ? ['somebody who approved it may no longer do so'] : []
}
