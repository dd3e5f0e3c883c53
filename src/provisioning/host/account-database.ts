import type { AccountPower, GroupEntry, PasswdEntry } from '../../domain/facts.ts'
import type { ProgramResult } from './programs.ts'

/** The account database through the distribution's own tools; mutations are serialized on the host by their lock and ours. */
export interface AccountDatabase {
  byName(name: string): Promise<PasswdEntry | null>
  byUid(uid: number): Promise<PasswdEntry | null>
  group(name: string): Promise<GroupEntry | null>
  groupsOf(name: string): Promise<string[]>
  allUids(): Promise<Set<number>>
  power(entry: PasswdEntry): Promise<AccountPower>
  lastLoginAt(entry: PasswdEntry): Promise<number | null>
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
  setGecos(name: string, gecos: string): Promise<ProgramResult>
  expire(name: string): Promise<ProgramResult>
  liftExpiry(name: string): Promise<ProgramResult>
  isExpired(name: string): Promise<boolean>
  joinGroup(name: string, group: string): Promise<ProgramResult>
  leaveGroup(name: string, group: string): Promise<ProgramResult>
}
