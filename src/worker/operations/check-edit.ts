import type { RosterEntry } from '../../domain/person.ts'
import { changedKeys, withChanges } from '../../domain/person.ts'
import type { EditSubject } from '../../domain/request.ts'
import type { Role } from '../../domain/role.ts'
import type { Violation } from '../../domain/violation.ts'
import { sameEntry } from '../../provisioning/roster/same-entry.ts'
import type { EngineContext } from '../context.ts'
import { editAnswers, planEdit, touchesHost } from '../planning/planner-edit.ts'
import { planRetest, retestAnswers } from '../planning/planner-retest.ts'
import { waitingActivation } from '../running/waiting-activation.ts'
import {
  accountViolations,
  type Observed,
  rosterViolations,
  validateFacts,
} from '../validation/validate-facts.ts'
import type { Checked } from './check-request.ts'
import { editResources, resourcesOf } from './request-subject.ts'
import { targetRole } from './target-role.ts'

/**
 * What the host says to an edit right now. It is about the entry as it stands: what somebody changed by hand meanwhile is kept,
 * and the edit's own changes are made to that, which is another plan with another digest.
 */
export async function checkEdit(context: EngineContext, stored: EditSubject): Promise<Checked> {
  const { config } = context
  const subject = await asItStands(context, stored)
  const answers = editAnswers(subject)
  const roles = { before: targetRole(config, subject.before), after: targetRole(config, subject.after) }
  const observed = await context.observe(answers, withGroupsOf(roles.after, roles.before))
  const { facts } = observed
  const template = observed.template.ok ? observed.template.text : null
  const isOtherAccount = subject.before.os_user !== subject.after.os_user
  return {
    violations: editViolations(context, subject, observed),
    resources: editResources(subject, isOtherAccount ? (facts.account?.uid ?? null) : null),
    subject,
    plan: (identity) => planEdit(identity, subject, roles, config, facts, template),
  }
}

/** What the host says to repeating somebody's smoke test. */
export async function checkRetest(context: EngineContext, entry: RosterEntry): Promise<Checked> {
  const { config } = context
  const answers = retestAnswers(entry)
  const observed = await context.observe(answers, config.roles.get(entry.role) ?? null)
  const { isThere, facts } = withoutOwn(observed, entry)
  const violations = [
    ...(isThere || facts.rosterProblem !== null ? [] : [gone(entry)]),
    ...rosterViolations(config, answers, facts),
    ...accountViolations(config, answers, facts),
  ]
  return {
    violations,
    resources: resourcesOf(answers, null),
    plan: (identity) => planRetest(identity, entry, targetRole(config, entry), config, observed.facts),
  }
}

/** What the roster has been given by hand since the edit was asked for is what it starts from. */
async function asItStands({ host }: EngineContext, subject: EditSubject): Promise<EditSubject> {
  const { before, after } = subject
  const roster = await host.readRoster()
  if (!roster.ok) return subject
  const found = roster.entries.filter(({ telegram_id }) => telegram_id === before.telegram_id)
  const [current] = found
  if (current === undefined || found.length > 1 || sameEntry(current, before)) return subject
  return { ...subject, before: current, after: withChanges(current, after, changedKeys(before, after)) }
}

function editViolations(
  { config, store }: EngineContext,
  subject: EditSubject,
  observed: Observed,
): Violation[] {
  const { before, after } = subject
  const answers = editAnswers(subject)
  const changed = changedKeys(before, after)
  const { isThere, facts } = withoutOwn(observed, before)
  const role = config.roles.get(after.role) ?? null
  const violations: Violation[] = []
  if (!isThere && facts.rosterProblem === null) violations.push(gone(before))
  if (changed.length === 0) violations.push({ field: 'changes', code: 'edit_nothing' })
  // Who has neither the id nor the account of somebody is somebody else.
  if (changed.includes('telegram_id') && changed.includes('os_user')) {
    violations.push({ field: 'os_user', code: 'edit_two_persons' })
  }
  const waiting = waitingActivation(store, before.telegram_id)
  if (
    waiting?.run.osUser === before.os_user &&
    (changed.includes('telegram_id') || changed.includes('os_user'))
  ) {
    const field = changed.includes('telegram_id') ? 'telegram_id' : 'os_user'
    violations.push({ field, code: 'edit_waits_for_start', params: { run: waiting.run.id } })
  }
  if (role === null && changed.includes('role')) {
    violations.push({ field: 'role', code: 'role_unknown', params: { value: after.role } })
  }
  // Where nothing of the host changes, nothing that is wrong there stands in the way.
  const found = touchesHost(config, subject, facts)
    ? validateFacts(config, answers, role, { ...observed, facts })
    : rosterViolations(config, answers, facts)
  return [...violations, ...found]
}

/** The facts without the entry itself, once: who else has this id, name or uid. */
function withoutOwn({ facts }: Observed, entry: RosterEntry): { isThere: boolean; facts: Observed['facts'] } {
  const own = facts.rosterMatches.findIndex((match) => sameEntry(match.entry, entry))
  if (own === -1) return { isThere: false, facts }
  return { isThere: true, facts: { ...facts, rosterMatches: facts.rosterMatches.toSpliced(own, 1) } }
}

function withGroupsOf(role: Role, other: Role): Role {
  return { ...role, groups: [...new Set([...role.groups, ...other.groups])] }
}

function gone({ os_user }: RosterEntry): Violation {
  return { field: 'roster', code: 'entry_gone', params: { os_user } }
}
