import type { GroupEntry, PasswdEntry } from '../../../domain/facts.ts'
import type { SafeFiles } from '../files/safe-files.ts'
import { platformOf } from '../platform.ts'
import type { ProgramResult, Programs } from '../programs/programs.ts'
import type { AccountDatabase } from './account-database.ts'
import { powerOf } from './account-database-power.ts'
import {
  type Attributes,
  groupOf,
  isDisabled,
  parseRecords,
  saysMember,
  saysNotFound,
  userOf,
} from './dscl.ts'

const DSCL = '/usr/bin/dscl'
const DSEDITGROUP = '/usr/sbin/dseditgroup'
const TIMEOUT_MS = 10_000
const USER_KEYS = ['RecordName', 'UniqueID', 'PrimaryGroupID', 'RealName', 'NFSHomeDirectory', 'UserShell']
const GROUP_KEYS = ['RecordName', 'PrimaryGroupID', 'GroupMembership']

/** Why nothing is made, and what makes it. */
const ADOPT_ONLY =
  'cannot create accounts on macOS: make it in System Settings, then adopt it; an account that was adopted is neither removed nor expired'

/**
 * The account database of macOS: Open Directory's local node, asked by dscl(1) and dseditgroup(8). Existing accounts only: what
 * would make, remove or expire one is refused, and no plan holds it. macOS knows no day on which an account expires.
 */
export function createMacosAccountDatabase(
  programs: Pick<Programs, 'run'>,
  files: SafeFiles,
): AccountDatabase {
  const dscl = (...args: string[]) => programs.run(DSCL, ['.', ...args], { timeoutMs: TIMEOUT_MS })

  /** Null: there is no such record. What cannot be asked is a failure and never "absent". */
  async function read(path: string, keys: readonly string[]): Promise<Attributes | null> {
    const result = await dscl('-read', path, ...keys)
    if (result.ok) return parseRecords(result.stdout)[0] ?? null
    if (saysNotFound(result.stderr)) return null
    throw new Error(`cannot ask the directory for ${path}: ${result.stderr.trim()}`)
  }

  async function readAll(folder: string, keys: readonly string[]): Promise<Attributes[]> {
    const result = await dscl('-readall', folder, ...keys)
    if (result.ok) return parseRecords(result.stdout)
    throw new Error(`cannot ask the directory for ${folder}: ${result.stderr.trim()}`)
  }

  const present = <T>(found: T | null): T[] => (found === null ? [] : [found])
  const users = async () => (await readAll('/Users', USER_KEYS)).flatMap((one) => present(userOf(one)))
  const groups = async () => (await readAll('/Groups', GROUP_KEYS)).flatMap((one) => present(groupOf(one)))

  async function byName(name: string): Promise<PasswdEntry | null> {
    const record = isName(name) ? await read(`/Users/${name}`, USER_KEYS) : null
    const entry = record === null ? null : userOf(record)
    // dscl finds a record by each of its names, and without regard to case: only its own name counts.
    return entry?.name === name ? entry : null
  }

  async function group(name: string): Promise<GroupEntry | null> {
    const record = isName(name) ? await read(`/Groups/${name}`, GROUP_KEYS) : null
    const entry = record === null ? null : groupOf(record)
    return entry?.name === name ? entry : null
  }

  /** With those that come by a group within a group; id(1) asks as the kernel does. */
  async function namesOfGroups(name: string): Promise<string[]> {
    const result = await programs.run('/usr/bin/id', ['-Gn', name], { timeoutMs: TIMEOUT_MS })
    if (!result.ok) throw new Error(`cannot ask for the groups of ${name}: ${result.stderr.trim()}`)
    return result.stdout.split(/\s+/).filter((word) => word !== '')
  }

  async function isMember(name: string, of: string): Promise<boolean> {
    const args = ['-o', 'checkmember', '-m', name, of]
    // Status 67 beside "no …": the answer counts, not the status.
    const { stdout } = await programs.run(DSEDITGROUP, args, { timeoutMs: TIMEOUT_MS })
    return saysMember(stdout) === true
  }

  async function join(name: string, of: string): Promise<ProgramResult> {
    if (await isMember(name, of)) return nothingToDo()
    return programs.run(DSEDITGROUP, ['-o', 'edit', '-a', name, '-t', 'user', of], { timeoutMs: TIMEOUT_MS })
  }

  return {
    byName,
    group,
    all: users,
    async byUid(uid) {
      return (await users()).find((entry) => entry.uid === uid) ?? null
    },
    async uidsOf(names) {
      const wanted = new Set(names)
      const found = (await users()).filter(({ name }) => wanted.has(name))
      return new Map(found.map(({ name, uid }) => [name, uid]))
    },
    async namesOf(uid) {
      return (await users()).flatMap((entry) => (entry.uid === uid ? [entry.name] : []))
    },
    async groupsOf(name) {
      return (await byName(name)) === null ? [] : namesOfGroups(name)
    },
    async allUids() {
      return new Set((await users()).map(({ uid }) => uid))
    },
    async allGids() {
      return new Set([...(await groups()), ...(await users())].map(({ gid }) => gid))
    },
    async power(entry) {
      const names = new Set(await namesOfGroups(entry.name))
      const of = (await groups()).filter(({ name }) => names.has(name))
      const power = await powerOf(files, entry, of)
      // In the order in which the system says them: its primary group is the first.
      return { ...power, groups: [...names] }
    },
    // Neither lastlog(8) nor a record of its own: last(1) names no year.
    lastLoginAt: async () => null,
    settings: async () => platformOf('darwin').people,
    async traces(name) {
      const passwd = (await byName(name)) !== null
      return { passwd, shadow: false, group: false, gshadow: false, subuid: false, subgid: false }
    },
    create: async () => refused('create'),
    remove: async () => refused('remove'),
    removeRemains: async () => refused('remove'),
    setGecos: async () => refused('change'),
    expire: async () => refused('expire'),
    liftExpiry: async () => refused('activate'),
    expiredOf: async () => new Set(),
    isExpired: async () => false,
    isNeverActivated: async () => false,
    async isLocked(name) {
      const record = isName(name) ? await read(`/Users/${name}`, ['AuthenticationAuthority']) : null
      return record !== null && isDisabled(record)
    },
    joinGroup: join,
    async joinGroups(name, names) {
      for (const one of names) {
        const joined = await join(name, one)
        if (!joined.ok) return joined
      }
      return nothingToDo()
    },
    async leaveGroup(name, of) {
      const args = ['-o', 'edit', '-d', name, '-t', 'user', of]
      return programs.run(DSEDITGROUP, args, { timeoutMs: TIMEOUT_MS })
    },
  }
}

/** A name that is one part of a path of the directory and no option. */
function isName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)
}

function refused(what: string): ProgramResult {
  const failure = { code: 'program_failed' as const, params: { program: `${what} an account`, status: -1 } }
  return {
    ok: false,
    failure: { ...failure, detail: ADOPT_ONLY },
    status: null,
    stdout: '',
    stderr: ADOPT_ONLY,
    durationMs: 0,
  }
}

function nothingToDo(): ProgramResult {
  return { ok: true, stdout: '', stderr: '', durationMs: 0 }
}
