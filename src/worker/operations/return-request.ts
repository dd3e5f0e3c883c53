import type { Difference, Returned } from '../../domain/difference.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Request } from '../../domain/request.ts'
import type { EngineContext } from '../context.ts'
import type { Checked } from './check-request.ts'
import { eventSubject, identityOf } from './request-subject.ts'
import { requestRole } from './target-role.ts'

/**
 * Puts an approved request up to be decided anew, as a new revision with the plan as it would be now: older approvals and
 * consents are dead with the old one. Inside the transaction in which its run ended.
 *
 * @param actor `actorKey` of who brought it back
 */
export function returnRequest(
  context: EngineContext,
  request: Request,
  checked: Checked,
  back: Returned,
  actor: string,
): void {
  const { store, config, events, clock } = context
  const now = clock()
  const revision = request.revision + 1
  const expiresAt = now + requestRole(store, config, request).approval.expiresMs
  const { plan, basis } = checked.plan(identityOf(request, revision))
  const returned = store.requests.transition(request.id, 'approved', 'submitted', request.revision, {
    revision,
    plan,
    basis: JSON.stringify(basis),
    submittedAt: now,
    expiresAt,
    decidedAt: null,
    decidedBy: null,
    reason: null,
    returned: back,
    ...(checked.subject === undefined ? {} : { subject: checked.subject }),
  })
  if (!returned) throw new Error(`request ${request.id} is not approved although its run was queued`)
  // A repair that waits for a decision stands in nobody's way.
  if (request.subject.kind === 'repair') store.holds.release(request.id)
  events.append('request.returned', eventSubject(store, request, back.runId), actor, {
    revision,
    kind: back.kind,
    differences: plainDifferences(back.differences),
    consent: plan.demands.consent,
    expires_at: expiresAt,
  })
}

/** Differences as an event carries them. */
export function plainDifferences(differences: readonly Difference[]): JsonObject[] {
  return differences.map(({ code, params = {} }) => ({ code, params }))
}
