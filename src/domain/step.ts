import type { JsonObject } from './json.ts'
import type { RosterEntry } from './person.ts'

/**
 * The step kinds of an onboarding, in the order in which they run: nobody is live before the proof. The planned
 * parameters of each kind; what `apply` gets is exactly what was approved.
 */
export interface StepParams {
  account: CreateAccountParams | AdoptAccountParams
  groups: { osUser: string; groups: string[] }
  'data-dirs': { osUser: string; directories: DirectorySpec[] }
  'memory-seed': { osUser: string; path: string; owner: DirectoryOwner; content: string }
  'smoke-test': SmokeTestParams
  /** `gecos` as in `CreateAccountParams`: set in the same stroke as the expiry is lifted. */
  activation: {
    osUser: string
    gecos?: string
    /** The Telegram id that must have pressed Start before a created account is active; absent: nobody's Start is waited for. */
    awaitsStartOf?: number
  }
  /**
   * `mustBeThere`: an entry that somebody wrote is recorded, and one that is gone is not written again. `replaces`: the entry
   * as it stands before an edit, whose values are replaced.
   */
  roster: { entry: RosterEntry; mustBeThere?: true; replaces?: RosterEntry }
  service: ServiceParams
}

export type StepKind = keyof StepParams
export const STEP_ORDER = [
  'account',
  'groups',
  'data-dirs',
  'memory-seed',
  'smoke-test',
  'activation',
  'roster',
  'service',
] as const satisfies readonly StepKind[]

export interface CreateAccountParams {
  mode: 'create'
  osUser: string
  home: string
  shell: string
  /** The person's name for the GECOS field (`gecosOf(name)`), which replaces the run's marker at activation. */
  gecos?: string
}

export interface AdoptAccountParams {
  mode: 'adopt'
  osUser: string
  uid: number
  gid: number
  home: string
  shell: string
}

/** Who owns a folder: the new person, or a fixed account such as the agent service's. */
export type DirectoryOwner = 'person' | { user: string }

export interface DirectorySpec {
  purpose: 'memory' | 'history' | 'workspace'
  path: string
  owner: DirectoryOwner
  /** `person`: made by a process of that person (inside their home); `root`: made by root under a root-owned parent. */
  madeBy: 'root' | 'person'
}

export interface SmokeVia {
  /** The OS user that the service runs as. */
  user: string
  /** Absolute program and arguments that become the person; `{os_user}` is already expanded. */
  argv: string[]
}

export interface SmokeTestParams {
  osUser: string
  telegramId: number
  home: string
  /** Folders in which the person must be able to write, read back and remove. */
  writable: string[]
  agentCommand: string[] | null
  /** Absolute folders in which `agentCommand[0]` is looked up, as the person. */
  path: string[]
  via: SmokeVia | null
  /** Template of the workspace that people inherit, so that the others' workspaces are known to the isolation proof. */
  inheritedWorkspace?: string
}

export type ServiceAction = 'restart' | 'reload' | 'remind'
export interface ServiceParams {
  services: { unit: string; action: ServiceAction }[]
  /** The proof that is repeated through the service once it is active again; null without `smoke.via`. */
  probe: SmokeTestParams | null
}

/** A planned step. `effect` says whether anything would change; `notes` say what, for the review card. */
export type PlanStep = {
  [K in StepKind]: { kind: K; params: StepParams[K]; effect: 'change' | 'already'; notes: Note[] }
}[StepKind]

/** A fact in code form; `src/texts/notes.ts` has the words for every code. Values are escaped there, never here. */
export interface Note {
  code: NoteCode
  params?: Record<string, string | number>
}

/** All notes that steps, plans and receipts can carry. */
export const NOTE_CODES = [
  // account
  'account.create', // {os_user, home, shell}
  'account.created', // {os_user, uid, home}
  'account.adopt', // {os_user, uid}
  'account.adopted', // {os_user, uid}
  'account.power.groups', // {groups}
  'account.power.sudo', // {rules}
  'account.power.linger', // {}
  'account.power.keys', // {count}
  'account.last_login', // {at}
  'account.removed', // {os_user, uid}
  'account.processes_ended', // {count}
  'account.home_removed', // {home}
  'account.home_quarantined', // {home, path}
  'account.kept_not_ours', // {os_user}
  'account.left', // {os_user}: an edit gives the person another account; this one stays as it is
  'account.leftovers_kept', // {count, paths}: what others put something into, or where something is mounted
  // groups
  'groups.add', // {groups}
  'groups.added',
  'groups.member', // {groups} already a member
  'groups.left', // {groups}
  'groups.never_stripped', // {groups, role}: of the role that an edit takes away
  // data-dirs and memory-seed
  'dir.make', // {path, owner, mode}
  'dir.made',
  'dir.exists',
  'dir.removed',
  'dir.quarantined', // {path, kept_at}
  'dir.kept', // {path} no longer as the run left it
  'dir.left', // {path}: an edit gives the person another folder; this one stays as it is
  'seed.write', // {path}
  'seed.written',
  'seed.exists',
  'seed.removed',
  'seed.kept',
  'seed.none', // no template configured
  // smoke-test
  'smoke.will_prove', // {}
  'smoke.isolation_proven', // {paths}
  'smoke.isolation_not_applicable', // single-user mode: one user
  'smoke.root_equivalent', // {os_user, why}: can become root, so nobody is isolated from them
  'smoke.folders_proven', // {count}
  'smoke.agent_ran', // {command, ms}
  'smoke.via_proven', // {user}
  'smoke.agent_left_files', // {count, home, names?}
  // activation
  'activation.lift',
  'activation.lift_on_start', // {telegram_id}
  'activation.lifted',
  'activation.waits_for_start', // {telegram_id}
  'activation.kept', // {os_user} expiry changed by hand while it waited
  'activation.not_needed',
  'activation.expired_again',
  // roster
  'roster.append', // {role}
  'roster.appended',
  'roster.present',
  'roster.record', // {} takes over an entry that was written or changed by hand
  'roster.removed',
  'roster.kept', // {} entry changed by hand since
  'roster.change', // {fields}
  'roster.changed', // {fields}
  'roster.restored', // {}
  // service
  'service.restart', // {unit}
  'service.reload',
  'service.remind', // {unit} to do by hand
  'service.none',
  'service.active', // {unit, ms}
  'service.settled', // {unit} restarted once after the undo
  // undo requests
  'undo.will_undo', // {kind}
] as const
export type NoteCode = (typeof NOTE_CODES)[number]

/** Why a step could not do its work. `detail` is text from outside (stderr, errno), raw: escaped where it is shown. */
export interface StepFailure {
  code: FailureCode
  params?: Record<string, string | number>
  detail?: string
}

/** The most telling short reason of a failure: its `why`, else what the system said, else its code. Raw, as `detail` is. */
export function whyOf({ code, params, detail }: StepFailure): string {
  return String(params?.['why'] ?? detail ?? code)
}

export const FAILURE_CODES = [
  'program_failed', // {program, status}
  'program_missing', // {program}
  'timed_out', // {after_ms}
  'account_appeared', // {os_user}
  'account_changed', // {os_user}
  'account_locked_by_other', // {path, held_by: process|empty|garbage|unknown, pid?, program?}
  'uid_range_exhausted', // {min, max}
  'group_missing', // {group}
  'group_appeared', // {group}
  'path_unsafe', // {path, why}
  'path_occupied', // {path}
  'disk_full', // {path}
  'read_only', // {path}
  'roster_unusable', // {path, why}
  'roster_changed', // {os_user}
  'not_isolated', // {path, who, why}
  'folder_not_usable', // {path, why}
  'agent_command_failed', // {command, status}
  'probe_failed', // {why}
  'via_failed', // {user}
  'service_not_active', // {unit, state}
  'service_start_limit', // {unit}
  'interrupted', // worker restarted at an undecidable place
  'undo_incomplete', // {why}
  'step_unknown', // {kind}: stored by another version of Usher
  'internal', // a bug: detail has it
] as const
export type FailureCode = (typeof FAILURE_CODES)[number]

/** What a step's apply really changed: journalled before and after each side effect, the only thing undo may touch. */
export type StepRecord = JsonObject
