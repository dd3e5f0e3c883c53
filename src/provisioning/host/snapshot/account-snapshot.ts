import { readFileSync } from 'node:fs'
import type { GroupEntry, PasswdEntry } from '../../../domain/facts.ts'
import type { AccountDatabase } from '../accounts/account-database.ts'
import { parseGroup, parsePasswd, parseShadow, type ShadowEntry } from '../accounts/passwd.ts'
import { errnoOf } from '../files/safe-files-walk.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** As `AccountDatabase.create` leaves an account. */
const CREATED_EXPIRED_DAY = 1

/** The questions of `AccountDatabase` that a snapshot answers from what it has read. */
type Answers = Pick<
  AccountDatabase,
  | 'byName'
  | 'byUid'
  | 'all'
  | 'namesOf'
  | 'group'
  | 'groupsOf'
  | 'allUids'
  | 'allGids'
  | 'isExpired'
  | 'isNeverActivated'
  | 'isLocked'
>

/**
 * passwd, group and shadow, read once and indexed. What the local files do not have is asked of `base`, because another name
 * service may; nothing else of it is.
 */
export function createAccountSnapshot(
  base: Pick<AccountDatabase, 'byName' | 'byUid' | 'group'>,
  clock: () => number = Date.now,
): Answers {
  const passwd = parsePasswd(read('/etc/passwd'))
  const groups = parseGroup(read('/etc/group'))
  const byName = firstBy(passwd, ({ name }) => name)
  const byUid = allBy(passwd, ({ uid }) => uid)
  const groupByName = firstBy(groups, ({ name }) => name)
  const groupByGid = firstBy(groups, ({ gid }) => gid)
  const groupsByMember = new Map<string, GroupEntry[]>()
  for (const group of groups) {
    for (const member of new Set(group.members)) {
      groupsByMember.set(member, [...(groupsByMember.get(member) ?? []), group])
    }
  }
  const shadow: Map<string, ShadowEntry> = firstBy(parseShadow(read('/etc/shadow')), ({ name }) => name)
  const entryOf = async (name: string): Promise<PasswdEntry | null> =>
    byName.get(name) ?? (await base.byName(name))

  return {
    byName: entryOf,
    byUid: async (uid) => byUid.get(uid)?.[0] ?? (await base.byUid(uid)),
    all: async () => passwd,
    namesOf: async (uid) => (byUid.get(uid) ?? []).map(({ name }) => name),
    group: async (name) => groupByName.get(name) ?? (await base.group(name)),
    async groupsOf(name) {
      const entry = await entryOf(name)
      if (entry === null) return []
      const primary = groupByGid.get(entry.gid)
      const others = (groupsByMember.get(name) ?? []).filter(({ gid }) => gid !== entry.gid)
      return [...(primary === undefined ? [] : [primary]), ...others].map((group) => group.name)
    },
    allUids: async () => new Set(byUid.keys()),
    allGids: async () => new Set([...groups, ...passwd].map(({ gid }) => gid)),
    async isExpired(name) {
      const day = shadow.get(name)?.expireDay ?? null
      return day !== null && day * DAY_MS <= clock()
    },
    isNeverActivated: async (name) => shadow.get(name)?.expireDay === CREATED_EXPIRED_DAY,
    isLocked: async (name) => shadow.get(name)?.locked === true,
  }
}

/** Of two lines with one key the first counts, as for the C library. */
function firstBy<K, T>(entries: readonly T[], keyOf: (entry: T) => K): Map<K, T> {
  const found = new Map<K, T>()
  for (const entry of entries) if (!found.has(keyOf(entry))) found.set(keyOf(entry), entry)
  return found
}

function allBy<K, T>(entries: readonly T[], keyOf: (entry: T) => K): Map<K, T[]> {
  const found = new Map<K, T[]>()
  for (const entry of entries) {
    const same = found.get(keyOf(entry))
    if (same === undefined) found.set(keyOf(entry), [entry])
    else same.push(entry)
  }
  return found
}

/** Absent or closed to us is empty: shadow is root's. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'EACCES'].includes(errnoOf(error))) return ''
    throw error
  }
}
