import type { Config } from '../../config/config.ts'
import type { Facts } from '../../domain/facts.ts'
import type { OnboardAnswers, RosterEntry } from '../../domain/person.ts'
import type { Role } from '../../domain/role.ts'
import { type PlanIdentity, type PlanWithBasis, plain, withDigest } from './planner.ts'
import { planSteps } from './planner-steps.ts'

const DAY = 24 * 3_600_000

/** Somebody on the roster as the steps of an onboarding take them. */
export function retestAnswers(entry: RosterEntry): OnboardAnswers {
  return { ...entry, account: 'adopt', proof: 'started' }
}

/** The role of whom it is about, decided by any one admin: a proof gives nobody anything. */
export function retestRole(role: Role): Role {
  return { ...role, approval: { count: 1, self: true, step_up: 'none', expiresMs: DAY } }
}

/** The plan of repeating somebody's smoke test; pure. It adds nothing, and its undo only ends what an interrupted probe left. */
export function planRetest(
  identity: PlanIdentity,
  entry: RosterEntry,
  role: Role,
  config: Config,
  facts: Facts,
): PlanWithBasis {
  const steps = planSteps(retestAnswers(entry), role, config, facts, null).filter(
    ({ kind }) => kind === 'smoke-test',
  )
  const { mode, account, rosterMatches } = facts
  return withDigest(
    identity,
    retestRole(role),
    steps,
    { terminal: false, consent: false },
    {
      kind: 'retest',
      answers: plain(entry),
      facts: plain({ mode, account, rosterMatches }),
    },
  )
}
