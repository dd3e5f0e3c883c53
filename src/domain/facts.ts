import type { RosterEntry } from './person.ts'

/** A line of passwd(5). */
export interface PasswdEntry {
  name: string
  uid: number
  gid: number
  gecos: string
  home: string
  shell: string
}

/** A line of group(5). */
export interface GroupEntry {
  name: string
  gid: number
  members: string[]
}

/** What stands at a path, without following a symbolic link at its end. `mode` has permission bits only (07777). */
export type PathFact =
  | { kind: 'absent' }
  | { kind: 'directory' | 'file' | 'symlink' | 'other'; uid: number; gid: number; mode: number }
  | { kind: 'unreadable'; errno: string }

/** What an account can do already; listed when it is adopted. */
export interface AccountPower {
  groups: string[]
  /** Lines of sudoers that name the account or its groups, raw. */
  sudoRules: string[]
  linger: boolean
  authorizedKeys: number
}

/** The observed state of the host, as far as one person's plan depends on it. Plain data, so the planner is pure. */
export interface Facts {
  host: string
  mode: 'system' | 'single-user'
  /** Range of uids that belong to people, inclusive: login.defs(5) UID_MIN and UID_MAX, or the config. */
  personUids: { min: number; max: number }
  /** The caller's own uid in single-user mode, else null. */
  ownUid: number | null
  /** Whether accounts can be made on this kind of system; else they are adopted. */
  createsAccounts: boolean
  /** Where `useradd` puts homes: HOME of /etc/default/useradd. */
  homeBase: string
  account: PasswdEntry | null
  /** For an account that exists: expiry in shadow(5) is set and past, or the password is locked. */
  accountExpired: boolean
  power: AccountPower | null
  lastLoginAt: number | null
  /** The group that has the OS user's name. */
  sameNamedGroup: GroupEntry | null
  /** The role's groups: null where it does not exist. */
  roleGroups: Record<string, { gid: number; member: boolean } | null>
  /** Fixed owners that the config names for folders: null where no such account exists. */
  owners: Record<string, { uid: number; gid: number } | null>
  /** Every path that the plan depends on: home, data roots, person's folders, seed, workspace and its parents. */
  paths: Record<string, PathFact>
  /** Roster entries with this Telegram id, this OS user, or an OS user with this uid. */
  rosterMatches: { entry: RosterEntry; by: ('telegram_id' | 'os_user' | 'uid')[] }[]
  /** Null when the roster cannot be used; then `rosterProblem` says why. */
  rosterProblem: string | null
  shellExists: boolean
  /** Absolute programs that this run needs and that are missing. */
  missingPrograms: string[]
}

/** What to observe for one person; every list is explicit so that observing is free of policy. */
export interface FactsQuery {
  osUser: string
  telegramId: number
  groups: string[]
  owners: string[]
  paths: string[]
  shell: string
  programs: string[]
}
