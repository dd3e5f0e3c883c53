import { readFileSync, statSync } from 'node:fs'
import type { PasswdEntry } from '../../domain/facts.ts'
import { parsedOnce } from '../../provisioning/host/accounts/parsed-once.ts'
import { parsePasswd } from '../../provisioning/host/accounts/passwd.ts'
import { hasSettled, versionOf } from './file-version.ts'

/** The accounts of passwd(5) at one moment. */
export interface Accounts {
  /** Names of all accounts with this uid, in the file's order; empty when no entry names it. */
  namesOf(uid: number): readonly string[]
  uidOf(name: string): number | null
}

/** The accounts as the file has them now. */
export type Passwd = () => Accounts

/**
 * Accounts of the passwd file. It is read again whenever it is another version than the copy in memory, so an account that
 * was removed is unknown to the very next request.
 *
 * Only the file counts: directory services behind nsswitch.conf give nobody an identity here. `read` is for systems that keep
 * their accounts elsewhere: what it gives is read again whenever `file` changes.
 */
export function createPasswd(
  file = '/etc/passwd',
  clock: () => number = Date.now,
  read: () => string = () => readFileSync(file, 'utf8'),
): Passwd {
  let known: { version: string; accounts: Accounts } | null = null
  const parsed = parsedOnce(parsePasswd)
  return () => {
    const stat = statSync(file, { bigint: true })
    const version = versionOf(stat)
    if (known?.version === version) return known.accounts
    const accounts = accountsOf(parsed(read()))
    known = hasSettled(stat, clock()) ? { version, accounts } : null
    return accounts
  }
}

function accountsOf(entries: readonly PasswdEntry[]): Accounts {
  const names = new Map<number, string[]>()
  const uids = new Map<string, number>()
  for (const { name, uid } of entries) {
    names.set(uid, [...(names.get(uid) ?? []), name])
    // As getpwnam(3): the first line of a name wins.
    if (!uids.has(name)) uids.set(name, uid)
  }
  return { namesOf: (uid) => names.get(uid) ?? [], uidOf: (name) => uids.get(name) ?? null }
}
