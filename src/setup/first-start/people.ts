import { existsSync, readFileSync } from 'node:fs'
import { readTrusted } from '../../config/trusted-file.ts'
import type { PasswdEntry } from '../../domain/facts.ts'
import type { RosterEntry } from '../../domain/person.ts'
import { shellWord } from '../../domain/shell-word.ts'
import { accountFilesOf } from '../../provisioning/host/accounts/account-files.ts'
import { parsePasswd, settingOf } from '../../provisioning/host/accounts/passwd.ts'
import { parseRoster, ROSTER_LIMIT_BYTES } from '../../provisioning/roster/parse.ts'

/** A roster that is there, or why it cannot be used and what to do. */
export type FoundRoster =
  | { state: 'absent' }
  | { state: 'readable'; people: RosterEntry[] }
  | { state: 'unusable'; message: string; fix: string }

export interface FoundPeople {
  roster: FoundRoster
  /** Accounts in the range of people. */
  accounts: PasswdEntry[]
  /** Of those, the ones that no entry names: they can be adopted. */
  withoutEntry: PasswdEntry[]
  /** Entries whose account is not there. */
  withoutAccount: RosterEntry[]
}

/** @param owners who may own a roster: root, and the caller in single-user mode */
export function findRoster(file: string, owners: readonly number[]): FoundRoster {
  if (!existsSync(file)) return { state: 'absent' }
  const read = readTrusted(file, { owners, parents: true, maxBytes: ROSTER_LIMIT_BYTES })
  const quoted = shellWord(file)
  if (!read.ok) {
    const fix = `chown ${owners.at(-1)} ${quoted} && chmod 0600 ${quoted}; or use a copy: install -m 0600 ${quoted} /etc/usher/users.yaml`
    return { state: 'unusable', message: read.message, fix }
  }
  const parsed = parseRoster(read.text)
  if (!parsed.ok) {
    return {
      state: 'unusable',
      message: `cannot use ${JSON.stringify(file)}: ${parsed.why}`,
      fix: `edit ${quoted}`,
    }
  }
  return { state: 'readable', people: parsed.people.map(({ entry }) => entry) }
}

/** Who is there: accounts of people and entries of the roster, and which have no counterpart. Looks only. */
export function comparePeople(
  roster: FoundRoster,
  passwd: readonly PasswdEntry[],
  range: { min: number; max: number },
  own: ReadonlySet<string>,
): FoundPeople {
  const accounts = passwd.filter(({ name, uid }) => uid >= range.min && uid <= range.max && !own.has(name))
  const people = roster.state === 'readable' ? roster.people : []
  const named = new Set(people.map(({ os_user }) => os_user))
  const known = new Set(passwd.map(({ name }) => name))
  return {
    roster,
    accounts,
    withoutEntry: accounts.filter(({ name }) => !named.has(name)),
    withoutAccount: people.filter(({ os_user }) => !known.has(os_user)),
  }
}

/** The accounts of passwd(5), and from where to where people's uids go: login.defs(5) where the config does not say. */
export function readAccounts(uids: { min: number; max: number } | null) {
  const defs = existsSync('/etc/login.defs') ? readFileSync('/etc/login.defs', 'utf8') : ''
  const number = (key: string, otherwise: number) => {
    const value = settingOf(defs, key)
    return value !== null && /^[0-9]{1,10}$/.test(value) ? Number(value) : otherwise
  }
  const range = uids ?? { min: number('UID_MIN', 1000), max: number('UID_MAX', 60_000) }
  return { passwd: parsePasswd(accountFilesOf().passwd()), range }
}
