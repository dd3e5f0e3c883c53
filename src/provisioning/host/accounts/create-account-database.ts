import { readFileSync } from 'node:fs'
import type { GroupEntry, PasswdEntry } from '../../../domain/facts.ts'
import type { SafeFiles } from '../files/safe-files.ts'
import { errnoOf } from '../files/safe-files-walk.ts'
import type { ProgramResult, Programs } from '../programs/programs.ts'
import type { AccountDatabase } from './account-database.ts'
import { lastLoginOf, powerOf } from './account-database-power.ts'
import { createAccountTools } from './account-database-tools.ts'
import { parsedOnce } from './parsed-once.ts'
import type { ShadowEntry } from './passwd.ts'
import { foreignSources, namesLine, parseGroup, parsePasswd, parseShadow, settingOf } from './passwd.ts'

/** Expired from the first day on: as `create` leaves it. */
const CREATED_EXPIRED = { date: '1970-01-02', day: 1 }
/** Expired by `expire`: another day, so that it is known whether the account has ever been active. */
const EXPIRED_AGAIN = { date: '1970-01-03' }
const DAY_MS = 24 * 60 * 60 * 1000

/** Reads the local files afresh for every question, which takes some 50 µs, and parses them again when they say something else. */
export function createAccountDatabase(
  programs: Pick<Programs, 'run'>,
  files: SafeFiles,
  clock: () => number = Date.now,
): AccountDatabase {
  const run = createAccountTools(programs)
  const entriesOf = {
    passwd: parsedOnce(parsePasswd),
    group: parsedOnce(parseGroup),
    shadow: parsedOnce(parseShadow),
  }
  const passwd = () => entriesOf.passwd(read('/etc/passwd'))
  const groups = () => entriesOf.group(read('/etc/group'))
  const shadow = (name: string): ShadowEntry | null =>
    entriesOf.shadow(read('/etc/shadow')).find((entry) => entry.name === name) ?? null
  const isExpired = (entry: ShadowEntry | null) =>
    entry !== null && entry.expireDay !== null && entry.expireDay * DAY_MS <= clock()

  /** Directory services are asked only where nsswitch.conf names one, and only for what the files do not have. */
  async function fromNameService(database: 'passwd' | 'group', key: string): Promise<string> {
    if (foreignSources(read('/etc/nsswitch.conf'), database).length === 0) return ''
    const result = await programs.run('/usr/bin/getent', ['--', database, key], { timeoutMs: 5_000 })
    return result.ok ? result.stdout : ''
  }

  async function byName(name: string): Promise<PasswdEntry | null> {
    const named = (entry: PasswdEntry) => entry.name === name
    return passwd().find(named) ?? parsePasswd(await fromNameService('passwd', name)).find(named) ?? null
  }

  async function groupsOfEntry(entry: PasswdEntry): Promise<GroupEntry[]> {
    const all = groups()
    const primary = all.filter((group) => group.gid === entry.gid).slice(0, 1)
    const others = all.filter((group) => group.members.includes(entry.name) && group.gid !== entry.gid)
    return [...primary, ...others]
  }

  async function create(account: Parameters<AccountDatabase['create']>[0]): Promise<ProgramResult> {
    const { name, uid, home, shell, gecos } = account
    const options = ['--uid', String(uid), '--user-group', '--no-create-home', '--home-dir', home]
    const state = ['--shell', shell, '--expiredate', CREATED_EXPIRED.date, '--comment', gecos]
    return run('useradd', [...options, ...state, '--', name])
  }

  return {
    byName,

    async byUid(uid) {
      const same = (entry: PasswdEntry) => entry.uid === uid
      return (
        passwd().find(same) ?? parsePasswd(await fromNameService('passwd', String(uid))).find(same) ?? null
      )
    },

    async all() {
      return passwd()
    },

    async uidsOf(names) {
      const wanted = new Set(names)
      const found = new Map<string, number>()
      for (const { name, uid } of passwd()) {
        // As getpwnam(3): the first line of a name wins.
        if (wanted.has(name) && !found.has(name)) found.set(name, uid)
      }
      if (foreignSources(read('/etc/nsswitch.conf'), 'passwd').length === 0) return found
      for (const name of wanted) {
        const entry = found.has(name) ? null : await byName(name)
        if (entry !== null) found.set(name, entry.uid)
      }
      return found
    },

    async namesOf(uid) {
      return passwd().flatMap((entry) => (entry.uid === uid ? [entry.name] : []))
    },

    async group(name) {
      const named = (entry: GroupEntry) => entry.name === name
      return groups().find(named) ?? parseGroup(await fromNameService('group', name)).find(named) ?? null
    },

    async groupsOf(name) {
      const entry = await byName(name)
      return entry === null ? [] : (await groupsOfEntry(entry)).map((group) => group.name)
    },

    async allUids() {
      return new Set(passwd().map((entry) => entry.uid))
    },

    async allGids() {
      return new Set([...groups(), ...passwd()].map((entry) => entry.gid))
    },

    async power(entry) {
      return powerOf(files, entry, await groupsOfEntry(entry))
    },

    async lastLoginAt(entry) {
      return lastLoginOf(entry.uid)
    },

    async settings() {
      const defs = read('/etc/login.defs')
      const number = (key: string, otherwise: number) => {
        const value = settingOf(defs, key)
        return value !== null && /^[0-9]{1,10}$/.test(value) ? Number(value) : otherwise
      }
      const home = settingOf(read('/etc/default/useradd'), 'HOME')
      return {
        uidMin: number('UID_MIN', 1000),
        uidMax: number('UID_MAX', 60000),
        homeBase: home?.startsWith('/') ? home : '/home',
      }
    },

    async traces(name) {
      const has = (file: string) => namesLine(read(file), name)
      return {
        passwd: has('/etc/passwd'),
        shadow: has('/etc/shadow'),
        group: has('/etc/group'),
        gshadow: has('/etc/gshadow'),
        subuid: has('/etc/subuid'),
        subgid: has('/etc/subgid'),
      }
    },

    create,

    async remove(name) {
      return run('userdel', ['--', name])
    },

    async removeRemains({ name, uid, gid }) {
      const group = groups().find((entry) => entry.name === name)
      if (group?.gid === gid && group.members.length === 0) {
        const removed = await run('groupdel', ['--', name])
        if (!removed.ok) return removed
      }
      if (!['/etc/shadow', '/etc/subuid', '/etc/subgid'].some((file) => namesLine(read(file), name))) {
        return nothingToDo()
      }
      // No tool removes a mere part of an account: complete it, then remove it whole.
      const completed = await create({
        name,
        uid,
        home: '/nonexistent',
        shell: '/usr/sbin/nologin',
        gecos: '',
      })
      return completed.ok ? run('userdel', ['--', name]) : completed
    },

    async setGecos(name, gecos) {
      return run('usermod', ['--comment', gecos, '--', name])
    },

    async expire(name) {
      if (isExpired(shadow(name))) return nothingToDo()
      return run('usermod', ['--expiredate', EXPIRED_AGAIN.date, '--', name])
    },

    async liftExpiry(name, gecos) {
      const comment = gecos === undefined ? [] : ['--comment', gecos]
      return run('usermod', ['--expiredate', '', ...comment, '--', name])
    },

    async expiredOf(names) {
      const wanted = new Set(names)
      const entries = entriesOf.shadow(read('/etc/shadow'))
      return new Set(
        entries.filter((entry) => wanted.has(entry.name) && isExpired(entry)).map(({ name }) => name),
      )
    },

    async isExpired(name) {
      return isExpired(shadow(name))
    },

    async isNeverActivated(name) {
      return shadow(name)?.expireDay === CREATED_EXPIRED.day
    },

    async isLocked(name) {
      return shadow(name)?.locked === true
    },

    async joinGroup(name, group) {
      return run('usermod', ['--append', '--groups', group, '--', name])
    },

    async joinGroups(name, names) {
      if (names.length === 0) return nothingToDo()
      return run('usermod', ['--append', '--groups', names.join(','), '--', name])
    },

    async leaveGroup(name, group) {
      return run('gpasswd', ['--delete', name, '--', group])
    },
  }
}

function nothingToDo(): ProgramResult {
  return { ok: true, stdout: '', stderr: '', durationMs: 0 }
}

/** A file of the account database; absent or closed to us is empty (gshadow is optional, shadow is root's). */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'EACCES'].includes(errnoOf(error))) return ''
    throw error
  }
}
