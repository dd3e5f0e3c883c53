import type { AccountPower, GroupEntry, PasswdEntry } from '../../../domain/facts.ts'
import type { ProgramResult } from '../programs/programs.ts'

/**
 * The account database through the distribution's own tools; mutations are serialized on the host by their lock and ours.
 * Another program that holds the lock fails a mutation with `account_locked_by_other`, which changed nothing.
 */
export interface AccountDatabase {
  byName(name: string): Promise<PasswdEntry | null>
  byUid(uid: number): Promise<PasswdEntry | null>
  /** The uids of many names at once; names without an account are left out. */
  uidsOf(names: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** Which of these names have an account that has expired. */
  expiredOf(names: readonly string[]): Promise<ReadonlySet<string>>
  /** Every entry of the local files. */
  all(): Promise<readonly PasswdEntry[]>
  /** Every name of the local files that has this uid. */
  namesOf(uid: number): Promise<string[]>
  group(name: string): Promise<GroupEntry | null>
  /** Names of the primary group (first) and of those that have the account as a member. */
  groupsOf(name: string): Promise<string[]>
  allUids(): Promise<Set<number>>
  /** Every gid of group(5) and every primary gid of passwd(5). */
  allGids(): Promise<Set<number>>
  power(entry: PasswdEntry): Promise<AccountPower>
  lastLoginAt(entry: PasswdEntry): Promise<number | null>
  /** What login.defs(5) and useradd's defaults say. */
  settings(): Promise<{ uidMin: number; uidMax: number; homeBase: string }>
  /** Which of the local files have a line of this name: after an interrupted tool it may be some of them. */
  traces(name: string): Promise<AccountTraces>
  /** useradd: own group, home not made here, password locked, expired, marker in GECOS. */
  create(account: {
    name: string
    uid: number
    home: string
    shell: string
    gecos: string
  }): Promise<ProgramResult>
  /** userdel without -f and -r; also its own group when it is empty. */
  remove(name: string): Promise<ProgramResult>
  /**
   * Removes what an interrupted useradd or userdel left of an account that has no passwd entry: the group of that name and gid
   * if it is empty, and the lines in shadow, subuid and subgid.
   */
  removeRemains(account: { name: string; uid: number; gid: number }): Promise<ProgramResult>
  setGecos(name: string, gecos: string): Promise<ProgramResult>
  /** Expires an account; one that is expired stays as it is. */
  expire(name: string): Promise<ProgramResult>
  /** Lifts the expiry, and sets the GECOS field in the same stroke when given. */
  liftExpiry(name: string, gecos?: string): Promise<ProgramResult>
  isExpired(name: string): Promise<boolean>
  /** Expired by `create` and never lifted since, so nobody can ever have logged in. */
  isNeverActivated(name: string): Promise<boolean>
  /** Whether no password can match. */
  isLocked(name: string): Promise<boolean>
  joinGroup(name: string, group: string): Promise<ProgramResult>
  /** One process for all of them. */
  joinGroups(name: string, groups: string[]): Promise<ProgramResult>
  leaveGroup(name: string, group: string): Promise<ProgramResult>
}

export interface AccountTraces {
  passwd: boolean
  shadow: boolean
  group: boolean
  gshadow: boolean
  subuid: boolean
  subgid: boolean
}
