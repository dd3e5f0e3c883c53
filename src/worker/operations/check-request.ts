import type { Facts } from '../../domain/facts.ts'
import type { Finding } from '../../domain/finding.ts'
import type { OnboardAnswers } from '../../domain/person.ts'
import type { EditSubject, Request } from '../../domain/request.ts'
import type { Violation } from '../../domain/violation.ts'
import { sameEntry } from '../../provisioning/roster/same-entry.ts'
import type { EngineContext } from '../context.ts'
import { type PlanIdentity, type PlanWithBasis, planOnboarding } from '../planning/planner.ts'
import { planRepair } from '../planning/planner-repair.ts'
import { rosterEntry } from '../planning/planner-steps.ts'
import { planUndo } from '../planning/planner-undo.ts'
import { type Observed, validateFacts } from '../validation/validate-facts.ts'
import { checkEdit, checkRetest } from './check-edit.ts'
import { adoptedUid, heldBy, resourcesOf } from './request-subject.ts'
import { requestRole, targetRole } from './target-role.ts'

/** What the host says to a request right now: the objections, and the plan that it would be. */
export interface Checked {
  violations: Violation[]
  /** What is held against others while the request is open. */
  resources: string[]
  /** What is asked for, where that is about something that changed meanwhile. */
  subject?: EditSubject
  plan(identity: PlanIdentity): PlanWithBasis
}

/** Looks at the host for complete answers. */
export async function checkAnswers(context: EngineContext, answers: OnboardAnswers): Promise<Checked> {
  const role = context.config.roles.get(answers.role) ?? null
  const observed = await context.observe(answers, role)
  return checkedAnswers(context, answers, observed)
}

/** The same for an observation that was made already; pure. */
export function checkedAnswers(context: EngineContext, answers: OnboardAnswers, observed: Observed): Checked {
  const { config } = context
  const role = config.roles.get(answers.role) ?? null
  const violations = validateFacts(config, answers, role, observed)
  if (role === null)
    violations.unshift({ field: 'role', code: 'role_unknown', params: { value: answers.role } })
  const uid = answers.account === 'adopt' ? (observed.facts.account?.uid ?? null) : null
  const template = observed.template.ok ? observed.template.text : null
  return {
    violations,
    resources: resourcesOf(answers, uid),
    plan: (identity) =>
      planOnboarding(identity, answers, targetRole(config, answers), config, observed.facts, template),
  }
}

/** What a stored request would be now. Undo requests look at records, not at the host: each undo looks for itself. */
export async function checkRequest(
  context: EngineContext,
  request: Request,
  answers: OnboardAnswers,
): Promise<Checked> {
  const { subject } = request
  switch (subject.kind) {
    case 'onboard':
      return checkAnswers(context, answers)
    case 'repair':
      return checkRepair(context, subject.answers, subject.findings)
    case 'edit':
      return checkEdit(context, subject)
    case 'retest':
      return checkRetest(context, subject.entry)
    case 'undo':
      return checkUndo(context, subject.runId)
  }
}

/** Looks at the host for somebody who is on the roster already, and lacks something or was written there by hand. */
export async function checkRepair(
  context: EngineContext,
  answers: OnboardAnswers,
  findings: readonly Finding[],
): Promise<Checked> {
  const { config } = context
  const role = config.roles.get(answers.role) ?? null
  const observed = await context.observe(answers, role)
  const { facts } = observed
  const violations = [...repairViolations(answers, facts), ...validateFacts(config, answers, role, observed)]
  const allowed = new Set(['telegram_id_on_roster', 'os_user_on_roster'])
  const template = observed.template.ok ? observed.template.text : null
  const planned = targetRole(config, answers)
  return {
    violations: violations.filter(({ code }) => !allowed.has(code)),
    resources: resourcesOf(answers, facts.account?.uid ?? null),
    plan: (identity) => planRepair(identity, answers, findings, planned, config, facts, template),
  }
}

/** The roster has this person, once, as the repair has them. */
function repairViolations(answers: OnboardAnswers, facts: Facts): Violation[] {
  const [only, ...others] = facts.rosterMatches
  const isSame = only !== undefined && sameEntry(only.entry, rosterEntry(answers))
  if (facts.rosterProblem !== null || (isSame && others.length === 0)) return []
  return [{ field: 'roster', code: 'roster_entry_changed', params: { os_user: answers.os_user } }]
}

/** The plan of taking a run back, from its records as they are now. */
export function checkUndo(context: EngineContext, runId: number): Checked {
  const { store, config } = context
  const run = store.runs.get(runId)
  const request = run === null ? null : store.requests.get(run.requestId)
  if (run === null || request === null) throw new Error(`run ${runId} does not exist`)
  return {
    violations: [],
    resources: heldBy(store, request, adoptedUid(request)),
    plan: (identity) => planUndo(identity, requestRole(store, config, request), run, store.runs.steps(runId)),
  }
}

/** Which request holds a person and, when only its failed run still does, which run. */
export function holderOf({ store }: EngineContext, requestId: number): { request: number; run?: number } {
  const newest = store.runs.newestOf(requestId)
  const run = newest === null ? null : store.runs.get(newest)
  return run?.state === 'failed' ? { request: requestId, run: run.id } : { request: requestId }
}

/** Another open request that holds what this one needs, as a violation; empty when none does. */
export function heldViolations(
  context: EngineContext,
  resources: readonly string[],
  requestId: number | null,
): Violation[] {
  const held = context.store.holds.heldByOther(resources, requestId)
  if (held === null) return []
  const field = held.resource.startsWith('telegram:') ? 'telegram_id' : 'os_user'
  return [{ field, code: 'held_by_request', params: holderOf(context, held.requestId) }]
}
