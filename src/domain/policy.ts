import type { Plan } from './plan.ts'
import type { Approval, Consent, Missing } from './request.ts'
import type { ApprovalPolicy, StepUp } from './role.ts'

/**
 * What a submitted request still lacks at `now`; empty means approved. Of the approvals only those of this revision and
 * digest count, as long as they are good, one per person, and the requester's own only where the policy says `self`.
 */
export function missingFor(
  policy: ApprovalPolicy,
  plan: Pick<Plan, 'digest' | 'demands'>,
  request: { revision: number; requesterPersonKey: string | null },
  decisions: { approvals: readonly Approval[]; consent: Consent | null },
  now: number,
): Missing[] {
  const valid = decisions.approvals.filter(
    (approval) =>
      approval.revision === request.revision &&
      approval.digest === plan.digest &&
      !isTooOld(policy, approval, now),
  )
  const counted = valid.filter((approval) => mayCount(policy, request.requesterPersonKey, approval.personKey))
  const have = new Set(counted.map((approval) => approval.personKey)).size
  const missing: Missing[] = []
  if (have < policy.count) missing.push({ kind: 'approvals', have, need: policy.count })
  // A step-up, not a vote: uid 0 passes it for its own request too.
  const terminal = plan.demands.terminal || policy.step_up !== 'none'
  if (terminal && !valid.some((approval) => approval.via === 'terminal')) missing.push({ kind: 'terminal' })
  if (plan.demands.consent && decisions.consent === null) missing.push({ kind: 'consent' })
  return missing
}

/** Whether this person's approval can count at all: the requester's own only where the policy says `self`. */
export function mayCount(
  policy: ApprovalPolicy,
  requesterPersonKey: string | null,
  personKey: string,
): boolean {
  return policy.self || requesterPersonKey === null || personKey !== requesterPersonKey
}

/** From least to most: `terminal` is passed in fewer ways than `witness`. */
const STEP_UPS: readonly StepUp[] = ['none', 'totp', 'witness', 'terminal']

/** The policy that asks for all that either of two asks for. */
export function strictest(a: ApprovalPolicy, b: ApprovalPolicy): ApprovalPolicy {
  return {
    count: Math.max(a.count, b.count),
    self: a.self && b.self,
    step_up: STEP_UPS.indexOf(a.step_up) > STEP_UPS.indexOf(b.step_up) ? a.step_up : b.step_up,
    expiresMs: Math.min(a.expiresMs, b.expiresMs),
  }
}

/** An approval is good for as long as the policy gives a request, from its own decision on. */
export function isTooOld(policy: ApprovalPolicy, { at }: Pick<Approval, 'at'>, now: number): boolean {
  return now - at >= policy.expiresMs
}
