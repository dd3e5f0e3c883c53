import { createHash } from 'node:crypto'
import type { Config } from '../../config/config.ts'
import { type Actor, actorKey } from '../../domain/actor.ts'
import type { AccountPower, Facts } from '../../domain/facts.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { OnboardAnswers } from '../../domain/person.ts'
import { digestOf, type Plan } from '../../domain/plan.ts'
import { ROOT_EQUIVALENT_GROUPS, type Role } from '../../domain/role.ts'
import type { PlanStep } from '../../domain/step.ts'
import { personPaths } from './person-paths.ts'
import { planSteps } from './planner-steps.ts'

/** Whose request a plan belongs to; all of it is in the digest. */
export interface PlanIdentity {
  host: string
  requestId: number
  revision: number
  requester: Actor
}

/** A plan with what its digest was computed over, kept to say what changed when the digest is another one later. */
export interface PlanWithBasis {
  plan: Plan
  basis: JsonObject
}

/**
 * The ordered steps that would fulfil these answers on this host; pure, and total: it plans what was asked even where
 * `validateFacts` has objections.
 *
 * The digest covers host, request and revision, how long the request lives, requester, answers, the role's definition, the
 * template's bytes, every step's parameters, and those facts about this person that a decision rests on. Not covered,
 * so that people do not invalidate each other and a dry run has the same digest: other people, the next uid, free
 * space, times, the state of services, the last login.
 */
export function planOnboarding(
  identity: PlanIdentity,
  answers: OnboardAnswers,
  role: Role,
  config: Config,
  facts: Facts,
  template: string | null,
): PlanWithBasis {
  const steps = planSteps(answers, role, config, facts, template)
  const demands = demandsOf(answers, role, config, facts)
  return withDigest(identity, role, steps, demands, {
    kind: 'onboard',
    answers: plain(answers),
    template: templateHash(template),
    facts: decisiveFacts(facts, sharedRoots(config, facts)),
  })
}

/** The template's bytes as the digest covers them. */
export function templateHash(template: string | null): string | null {
  return template === null ? null : createHash('sha256').update(template).digest('hex')
}

/** Binds steps to a request: the one place where plan digests are made. */
export function withDigest(
  identity: PlanIdentity,
  role: Role,
  steps: PlanStep[],
  demands: Plan['demands'],
  subject: JsonObject,
): PlanWithBasis {
  const basis: JsonObject = {
    format: 1,
    host: identity.host,
    request: { id: identity.requestId, revision: identity.revision },
    expires_ms: role.approval.expiresMs,
    actor: actorKey(identity.requester),
    role: plain({ ...role, permissions: [...role.permissions].sort() }),
    demands,
    steps: steps.map(({ kind, params, effect }) => plain({ kind, params, effect })),
    ...subject,
  }
  return { plan: { format: 1, steps, digest: digestOf('plan', basis), demands }, basis }
}

/**
 * The roots of the data folders are everybody's: whether the first person's run has made them yet says nothing about this
 * one. As long as they are root's and closed, or absent, they are left out; anything else is a difference.
 */
export function sharedRoots(config: Config, facts: Facts): ReadonlySet<string> {
  const { memoryRoot, historyRoot } = personPaths(config, { telegram_id: 0, os_user: '' }, '/')
  const isHarmless = (path: string) => {
    const fact = facts.paths[path]
    if (fact === undefined || fact.kind === 'absent') return true
    return fact.kind === 'directory' && fact.uid === (facts.ownUid ?? 0) && (fact.mode & 0o022) === 0
  }
  return new Set([memoryRoot, historyRoot].filter(isHarmless))
}

/** What of the observation an approval is about: nothing volatile, nothing about other people. */
export function decisiveFacts(facts: Facts, left: ReadonlySet<string>): JsonObject {
  const { mode, ownUid, personUids, account, accountExpired, power, sameNamedGroup } = facts
  const { roleGroups, owners, rosterMatches, shellExists } = facts
  const paths = Object.fromEntries(Object.entries(facts.paths).filter(([path]) => !left.has(path)))
  // In an existing group of the person's name, members come and go without touching the plan.
  const group = sameNamedGroup === null ? null : { name: sameNamedGroup.name, gid: sameNamedGroup.gid }
  return plain({
    mode,
    ownUid,
    personUids,
    account,
    accountExpired,
    power: power === null ? null : { ...power, groups: [...power.groups].sort() },
    sameNamedGroup: group,
    roleGroups,
    owners,
    paths,
    rosterMatches,
    shellExists,
  })
}

/**
 * `terminal`: root-equivalent power is granted or imported, by group or by a sudo rule. `consent`: somebody's account is taken
 * over, unless the config leaves that to admins or it is the caller's own in single-user mode.
 */
function demandsOf(answers: OnboardAnswers, role: Role, config: Config, facts: Facts): Plan['demands'] {
  const adopts = answers.account === 'adopt'
  const terminal = facts.mode === 'system' && isPowerful(role, adopts ? facts.power : null)
  return { terminal, consent: adopts && facts.mode === 'system' && config.adopt === 'owner' }
}

/** Whether the role, or what an existing account brings along, equals root: by group or by a sudo rule. */
export function isPowerful(role: Role, imported: AccountPower | null): boolean {
  const groups = [...role.groups, ...(imported?.groups ?? [])]
  const byGroup = groups.some((group) => ROOT_EQUIVALENT_GROUPS.has(group))
  return byGroup || (imported !== null && imported.sudoRules.length > 0)
}

/** Plain JSON without undefined members. */
export function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject
}
