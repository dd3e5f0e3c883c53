import type { Plan } from './plan.ts'
import type { Approval, Consent, Missing } from './request.ts'
import { type ApprovalPolicy, isBotProof, type StepUp } from './role.ts'

/** What holds of approvals in chat, whatever the role. */
export interface ChatRules {
  /** How long those with a second factor wait before they let anything run, in milliseconds. */
  holdMs: number
  /** When approvals in chat were last frozen: none that was given before counts any more. Null: never. */
  frozenAt: number | null
}

/**
 * What a submitted request still lacks at `now`; empty means approved. Of the approvals only those of this revision and
 * digest count that carry what the policy asks, as long as they are good, one per person, and the requester's own only where the
 * policy says `self`.
 */
export function missingFor(
  policy: ApprovalPolicy,
  plan: Pick<Plan, 'digest' | 'demands'>,
  request: { revision: number; requesterPersonKey: string | null },
  decisions: { approvals: readonly Approval[]; consent: Consent | null },
  now: number,
  rules: ChatRules,
): Missing[] {
  const valid = decisions.approvals.filter(
    (approval) =>
      approval.revision === request.revision &&
      approval.digest === plan.digest &&
      isProven(policy, approval) &&
      !isTooOld(policy, approval, now) &&
      !isFrozen(approval, rules),
  )
  const counted = valid.filter((approval) => mayCount(policy, request.requesterPersonKey, approval.personKey))
  const have = new Set(counted.map((approval) => approval.personKey)).size
  const missing: Missing[] = []
  const isEnough = have >= policy.count
  if (!isEnough) missing.push({ kind: 'approvals', have, need: policy.count })
  // A step-up, not a vote: uid 0 passes it for its own request too.
  const strong = valid.filter((approval) => passesBotProof(policy, approval))
  const demandsProof = plan.demands.terminal || isBotProof(policy.step_up)
  // Where there is a witness each approval in chat will pass it; until then that one is missing, not a terminal.
  const asksForTerminal = policy.step_up !== 'witness' || isEnough
  if (demandsProof && strong.length === 0 && asksForTerminal) missing.push({ kind: 'terminal' })
  if (plan.demands.consent && decisions.consent === null) missing.push({ kind: 'consent' })
  if (isEnough && (!demandsProof || strong.length > 0)) {
    const until = Math.max(
      nthEarliest(counted, policy.count, (approval) => matureAt(policy, approval, rules)),
      demandsProof ? nthEarliest(strong, 1, (approval) => matureAt(policy, approval, rules)) : 0,
    )
    if (until > now) missing.push({ kind: 'hold', until })
  }
  return missing
}

/** Whether this approval carries what the policy asks of one: in chat a second factor, on a terminal the terminal. */
function isProven(policy: ApprovalPolicy, { via, proof }: Approval): boolean {
  if (via === 'terminal') return true
  if (policy.step_up === 'totp') return proof === 'totp' || proof === 'witness'
  return policy.step_up !== 'witness' || proof === 'witness'
}

/** Whether a stolen bot cannot have given this approval. */
function passesBotProof(policy: ApprovalPolicy, { via, proof }: Approval): boolean {
  return via === 'terminal' || (policy.step_up === 'witness' && proof === 'witness')
}

/** Whether approvals in chat were frozen after it was given. */
export function isFrozen({ via, at }: Pick<Approval, 'via' | 'at'>, { frozenAt }: ChatRules): boolean {
  return via === 'chat' && frozenAt !== null && at <= frozenAt
}

/** From when on an approval lets something run. */
function matureAt(policy: ApprovalPolicy, { via, at }: Approval, { holdMs }: ChatRules): number {
  const waits = via === 'chat' && (policy.step_up === 'totp' || policy.step_up === 'witness')
  return waits ? at + holdMs : at
}

/** When `count` of them are there; there are as many. */
function nthEarliest(
  approvals: readonly Approval[],
  count: number,
  at: (approval: Approval) => number,
): number {
  const times = approvals.map(at).sort((a, b) => a - b)
  return times[count - 1] ?? 0
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
const BY_STRICTNESS: readonly StepUp[] = ['none', 'totp', 'witness', 'terminal']

/** The policy that asks for all that either of two asks for. */
export function strictest(a: ApprovalPolicy, b: ApprovalPolicy): ApprovalPolicy {
  return {
    count: Math.max(a.count, b.count),
    self: a.self && b.self,
    step_up: BY_STRICTNESS.indexOf(a.step_up) > BY_STRICTNESS.indexOf(b.step_up) ? a.step_up : b.step_up,
    expiresMs: Math.min(a.expiresMs, b.expiresMs),
  }
}

/** An approval is good for as long as the policy gives a request, from its own decision on. */
export function isTooOld(policy: ApprovalPolicy, { at }: Pick<Approval, 'at'>, now: number): boolean {
  return now - at >= policy.expiresMs
}
