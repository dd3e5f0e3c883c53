import type { StepFailure } from './step.ts'

/**
 * Every way in which the host can differ from roster, roles and config. A new one adds its code here and its words in
 * `src/texts/findings.ts`, which does not compile without them.
 */
export const FINDING_CODES = [
  'account.missing', // {os_user} on the roster, not on the host
  'account.expired', // {os_user}
  'account.never_activated', // {os_user} still expired as it was created, and no Start is waited for
  'account.not_a_person', // {os_user, uid}
  'account.changed', // {os_user} is not as the plan has it
  'account.no_entry', // {os_user, uid} in the range of people, not on the roster
  'account.entry_removed', // {os_user, uid, run} made or taken over by a run, no longer on the roster
  'home.unusable', // {home, why}
  'group.missing', // {group} of the role, not on the host
  'groups.not_member', // {groups}
  'dir.missing', // {path}
  'dir.mode', // {path, mode, expected, in_home_of?}
  'dir.owner', // {path, uid, expected?, in_home_of?}
  'dir.not_a_directory', // {path, kind}
  'dir.unreadable', // {path, errno}
  'seed.missing', // {path}
  'seed.not_a_file', // {path}
  'service.down', // {unit}
  'smoke.failed', // {} with `failure`
  'role.unknown', // {role}
  'entry.unrecorded', // {} written by hand: no run knows it
  'entry.edited', // {keys} differs from what the last run recorded
  'entry.invalid', // {field, value}
  'entry.duplicate', // {field, value, other}
  'entry.id_is_text', // {}
  'plan.refused', // {violations} a repair cannot be planned
  'person.unchecked', // {why}
] as const
export type FindingCode = (typeof FINDING_CODES)[number]

/** One thing that is not as a step would leave it, as the step's own check sees it. */
export interface Drift {
  code: FindingCode
  params?: Record<string, string | number>
  /** Whether the same step can set it right by adding alone. */
  repairable: boolean
}

/** A drift and whom it is about: all null where it is the host's. */
export interface Finding extends Drift {
  telegram_id: number | null
  os_user: string | null
  name: string | null
  /** A command for root's shell that sets it right; values from outside are quoted in it. */
  by_hand?: string
  /** Why a smoke test failed. */
  failure?: StepFailure
}

/** `incomplete`: some people could not be looked at; `failed`: the pass was stopped, `why` says what by. */
export type ReconcileOutcome = 'clean' | 'differs' | 'incomplete' | 'failed'

/** Somebody who was left out because a request or a run about them is under way. */
export interface SkippedPerson {
  telegram_id: number
  os_user: string
  name: string
  request_id: number
}

/** One comparison of everybody on the roster with the host. Times are epoch milliseconds of the worker's clock. */
export interface Reconciliation {
  begunAt: number
  endedAt: number
  smoke: boolean
  outcome: ReconcileOutcome
  why: string | null
  /** People looked at. */
  people: number
  findings: Finding[]
  skipped: SkippedPerson[]
}
