import type { Config } from '../../config/config.ts'
import type { Facts } from '../../domain/facts.ts'
import type { JsonObject } from '../../domain/json.ts'
import { changedKeys, IDENTITY_KEYS, type OnboardAnswers, type RosterEntry } from '../../domain/person.ts'
import type { Plan } from '../../domain/plan.ts'
import { strictest } from '../../domain/policy.ts'
import type { EditSubject } from '../../domain/request.ts'
import type { Role } from '../../domain/role.ts'
import type { Note, PlanStep, StepKind } from '../../domain/step.ts'
import { homeOf, personPaths } from './person-paths.ts'
import {
  decisiveFacts,
  isPowerful,
  type PlanIdentity,
  type PlanWithBasis,
  plain,
  sharedRoots,
  templateHash,
  withDigest,
} from './planner.ts'
import { planSteps } from './planner-steps.ts'

/** The roles of an entry before and after an edit, as the config has them now. */
export interface EditRoles {
  before: Role
  after: Role
}

/** Who they would be if they were onboarded as the edit leaves them; their account is there. */
export function editAnswers({ after, proof, reason }: EditSubject): OnboardAnswers {
  // Where the id stays nobody is asked how it was proven.
  const known = { account: 'adopt', proof: proof ?? 'started' } as const
  return { ...after, ...known, ...(reason === undefined ? {} : { reason }) }
}

/** The role of the entry afterwards, decided by the policy that asks for all that either of the two asks for. */
export function editRole({ before, after }: EditRoles): Role {
  return { ...after, approval: strictest(before.approval, after.approval) }
}

/** Whether anything beside the roster follows from it: another role, account or folder. */
export function touchesHost(config: Config, subject: EditSubject, facts: Facts): boolean {
  return hostSteps(config, subject, facts).size > 0
}

/**
 * The plan of an edit; pure. Only what follows from what changes: the groups of another role (those of the old one are never
 * stripped), the folders of another workspace, Telegram id or account, their proof, and the roster. What the person had
 * before stays and is named. Services are told, because they read the roster.
 */
export function planEdit(
  identity: PlanIdentity,
  subject: EditSubject,
  roles: EditRoles,
  config: Config,
  facts: Facts,
  template: string | null,
): PlanWithBasis {
  const answers = editAnswers(subject)
  const { before, after } = subject
  const wanted = hostSteps(config, subject, facts)
  const left = leftNotes(config, subject, roles, facts)
  const steps = planSteps(answers, roles.after, config, facts, template).flatMap((step): PlanStep[] => {
    if (step.kind === 'roster') return [rosterStep(before, after)]
    if (step.kind === 'service') {
      return [wanted.size > 0 ? step : { ...step, params: { ...step.params, probe: null } }]
    }
    if (!wanted.has(step.kind)) return []
    return [{ ...step, notes: [...step.notes, ...(left[step.kind] ?? [])] }]
  })
  const role = editRole(roles)
  const about: JsonObject =
    wanted.size > 0
      ? { template: templateHash(template), facts: decisiveFacts(facts, sharedRoots(config, facts)) }
      : { facts: plain({ mode: facts.mode, account: facts.account, rosterMatches: facts.rosterMatches }) }
  return withDigest(identity, role, steps, demandsOf(subject, roles, config, facts), {
    kind: 'edit',
    before: plain(before),
    answers: plain(answers),
    ...about,
  })
}

function rosterStep(before: RosterEntry, after: RosterEntry): PlanStep {
  const fields = changedKeys(before, after).join(', ')
  return {
    kind: 'roster',
    params: { entry: after, replaces: before },
    effect: 'change',
    notes: [{ code: 'roster.change', params: { fields } }],
  }
}

/** The kinds of an onboarding's steps that an edit needs, too. */
function hostSteps(config: Config, { before, after }: EditSubject, facts: Facts): ReadonlySet<StepKind> {
  const kinds = new Set<StepKind>()
  const isOther = (key: 'os_user' | 'role') => before[key] !== after[key]
  if (isOther('os_user')) kinds.add('account')
  if (isOther('os_user') || isOther('role')) kinds.add('groups')
  const [was, is] = [before, after].map((entry) => personPaths(config, entry, homeOf(facts, after.os_user)))
  const differs = (path: 'memory' | 'history' | 'workspace' | 'seed') => was?.[path] !== is?.[path]
  if (isOther('os_user') || differs('memory') || differs('history') || differs('workspace')) {
    kinds.add('data-dirs')
  }
  if (differs('seed')) kinds.add('memory-seed')
  if (kinds.size > 0) kinds.add('smoke-test')
  return kinds
}

/** What an edit leaves behind, and nobody removes: at the step that would be asked about it. */
function leftNotes(
  config: Config,
  { before, after }: EditSubject,
  roles: EditRoles,
  facts: Facts,
): Partial<Record<StepKind, Note[]>> {
  const isSameAccount = before.os_user === after.os_user
  const kept = roles.before.groups.filter(
    (group) => !roles.after.groups.includes(group) && facts.roleGroups[group]?.member === true,
  )
  const home = homeOf(facts, after.os_user)
  const [was, is] = [before, after].map((entry) => personPaths(config, entry, home))
  // Another account's workspace is in a home of its own, which stays with it.
  const paths = [was?.memory, was?.history, isSameAccount ? was?.workspace : null].filter(
    (path) => path !== null && path !== undefined && ![is?.memory, is?.history, is?.workspace].includes(path),
  )
  return {
    account: isSameAccount ? [] : [{ code: 'account.left', params: { os_user: before.os_user } }],
    groups:
      kept.length === 0 || !isSameAccount
        ? []
        : [{ code: 'groups.never_stripped', params: { groups: kept.join(', '), role: before.role } }],
    'data-dirs': paths.map((path): Note => ({ code: 'dir.left', params: { path: path ?? '' } })),
  }
}

/**
 * `terminal`: who somebody is, which account is theirs, and what they may do is never changed by a bot alone; and power that
 * equals root. `consent`: another account is taken over.
 */
function demandsOf(
  { before, after }: EditSubject,
  roles: EditRoles,
  config: Config,
  facts: Facts,
): Plan['demands'] {
  const changed = changedKeys(before, after)
  const isIdentity = IDENTITY_KEYS.some((key) => changed.includes(key))
  const takesOver = before.os_user !== after.os_user
  const power = takesOver ? facts.power : null
  const isSystem = facts.mode === 'system'
  return {
    terminal: isIdentity || (isSystem && isPowerful(roles.after, power)),
    consent: takesOver && isSystem && config.adopt === 'owner',
  }
}
