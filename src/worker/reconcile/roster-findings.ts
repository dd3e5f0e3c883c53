import type { Config } from '../../config/config.ts'
import type { PasswdEntry } from '../../domain/facts.ts'
import type { Finding } from '../../domain/finding.ts'
import type { RosterEntry } from '../../domain/person.ts'
import { configReservedNames, osUserProblems } from '../validation/validate-answers.ts'

/** An entry as the roster has it; `exactId` false: its Telegram id is text. */
export interface Listed {
  entry: RosterEntry
  exactId: boolean
}

/** What the history knows of a person: the entry that the newest run recorded that was not taken back. */
export interface Recorded {
  runId: number
  telegramId: number
  osUser: string
  entry: RosterEntry
}

/** Everything that roster, history and passwd say about everybody at once. */
export interface RosterQuestion {
  config: Config
  listed: readonly Listed[]
  recorded: readonly Recorded[]
  accounts: readonly PasswdEntry[]
  personUids: { min: number; max: number }
  ownUid: number | null
  /** OS users and Telegram ids about whom something is under way: `os_user:NAME`, `telegram:ID`, `uid:N`. */
  held: ReadonlySet<string>
}

/** Findings about one entry, and whether its person can be looked at at all. */
export interface EntryFindings {
  entry: RosterEntry
  findings: Finding[]
  /** Who it is, is clear, and the account is or may become a person's. */
  isClear: boolean
}

/** Compares the roster with itself, with what runs recorded, and with the accounts; pure. */
export function rosterFindings(question: RosterQuestion): { entries: EntryFindings[]; others: Finding[] } {
  const index = indexOf(question)
  return {
    entries: question.listed.map((listed) => entryFindings(question, index, listed)),
    others: accountsWithoutEntry(question, index),
  }
}

/** A finding about a person. */
export function findingOf(
  entry: Pick<RosterEntry, 'telegram_id' | 'os_user' | 'name'>,
  drift: Pick<Finding, 'code' | 'params' | 'repairable'>,
): Finding {
  const { telegram_id, os_user, name } = entry
  return { telegram_id, os_user, name, ...drift }
}

/** A thousand people are compared with a thousand others: by keys, never one by one. */
interface Index {
  accounts: ReadonlyMap<string, PasswdEntry>
  byTelegramId: ReadonlyMap<number, RosterEntry[]>
  byOsUser: ReadonlyMap<string, RosterEntry[]>
  byUid: ReadonlyMap<number, RosterEntry[]>
  recorded: ReadonlyMap<number, Recorded>
  /** uids that no person can have: those of names that the config gives a meaning. */
  reservedUids: ReadonlySet<number>
}

function indexOf({ config, listed, recorded, accounts }: RosterQuestion): Index {
  const entries = listed.map(({ entry }) => entry)
  // Of two lines with one name the first counts, as for the C library.
  const byName = new Map(accounts.toReversed().map((account) => [account.name, account]))
  const reserved = configReservedNames(config).flatMap((name) => byName.get(name)?.uid ?? [])
  return {
    accounts: byName,
    byTelegramId: Map.groupBy(entries, ({ telegram_id }) => telegram_id),
    byOsUser: Map.groupBy(entries, ({ os_user }) => os_user),
    byUid: Map.groupBy(
      entries.filter(({ os_user }) => byName.has(os_user)),
      ({ os_user }) => byName.get(os_user)?.uid ?? -1,
    ),
    recorded: new Map(recorded.map((one) => [one.telegramId, one])),
    reservedUids: new Set(reserved),
  }
}

function entryFindings(question: RosterQuestion, index: Index, { entry, exactId }: Listed): EntryFindings {
  const { config } = question
  const findings: Finding[] = []
  const add = (code: Finding['code'], params: Finding['params'] = {}, repairable = false) => {
    findings.push(findingOf(entry, { code, params, repairable }))
  }
  if (!exactId) add('entry.id_is_text')
  if (osUserProblems(entry.os_user, config).length > 0) {
    add('entry.invalid', { field: 'os_user', value: entry.os_user })
  }
  if (entry.name === '') add('entry.invalid', { field: 'name', value: '' })
  const twin = twinOf(index, entry)
  if (twin !== null) add('entry.duplicate', twin)
  const account = index.accounts.get(entry.os_user)
  if (account !== undefined && !isPersons(question, index, account)) {
    add('account.not_a_person', { os_user: entry.os_user, uid: account.uid })
  }
  const isClear = findings.length === 0
  if (config.roles.get(entry.role) === undefined || entry.role === 'public') {
    add('role.unknown', { role: entry.role })
  }
  // Whose entry cannot be used has nothing to take over.
  const isUsable = findings.length === 0
  const known = index.recorded.get(entry.telegram_id)
  if (known === undefined) add('entry.unrecorded', {}, isUsable)
  else {
    const keys = differingKeys(known.entry, entry)
    if (keys.length > 0) add('entry.edited', { keys: keys.join(', ') }, isUsable)
  }
  return { entry, findings, isClear }
}

/** What another entry shares with this one and must not. */
function twinOf(index: Index, entry: RosterEntry): Finding['params'] | null {
  const otherIn = (entries: RosterEntry[] | undefined) => entries?.find((other) => other !== entry)
  const sameId = otherIn(index.byTelegramId.get(entry.telegram_id))
  if (sameId !== undefined) return { field: 'telegram_id', value: entry.telegram_id, other: sameId.os_user }
  const sameName = otherIn(index.byOsUser.get(entry.os_user))
  if (sameName !== undefined) return { field: 'os_user', value: entry.os_user, other: sameName.telegram_id }
  const uid = index.accounts.get(entry.os_user)?.uid
  const sameUid = uid === undefined ? undefined : otherIn(index.byUid.get(uid))
  return uid === undefined || sameUid === undefined
    ? null
    : { field: 'uid', value: uid, other: sameUid.os_user }
}

/** Keys in which two entries differ, in a fixed order. */
export function differingKeys(a: RosterEntry, b: RosterEntry): string[] {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort() as (keyof RosterEntry)[]
  return keys.filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]))
}

function isPersons({ personUids, ownUid }: RosterQuestion, index: Index, { uid }: PasswdEntry): boolean {
  if (uid === 0) return false
  if (ownUid !== null) return uid === ownUid
  return uid >= personUids.min && uid <= personUids.max && !index.reservedUids.has(uid)
}

/** Shells of accounts that nobody logs in to. */
const NO_LOGIN = /\/(nologin|false)$/

/** Accounts in the range of people that the roster does not name: one that a run made, or one that somebody else did. */
function accountsWithoutEntry(question: RosterQuestion, index: Index): Finding[] {
  const { config, recorded, accounts, held, ownUid } = question
  if (ownUid !== null) return []
  const ignored = new Set(config.reconcile.ignoreAccounts)
  const removed = new Map(
    recorded.filter(({ telegramId }) => !index.byTelegramId.has(telegramId)).map((one) => [one.osUser, one]),
  )
  return accounts.flatMap((account): Finding[] => {
    const { name, uid, shell } = account
    if (index.byOsUser.has(name) || index.byUid.has(uid) || ignored.has(name)) return []
    if (!isPersons(question, index, account)) return []
    if (held.has(`os_user:${name}`) || held.has(`uid:${uid}`)) return []
    const past = removed.get(name)
    if (past !== undefined) {
      const params = { os_user: name, uid, run: past.runId }
      return [findingOf(past.entry, { code: 'account.entry_removed', params, repairable: false })]
    }
    if (NO_LOGIN.test(shell)) return []
    const params = { os_user: name, uid }
    return [
      { telegram_id: null, os_user: name, name: null, code: 'account.no_entry', params, repairable: false },
    ]
  })
}
