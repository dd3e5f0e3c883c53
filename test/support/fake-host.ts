import { join } from 'node:path'
import type { AccountPower, Facts, GroupEntry, PasswdEntry, PathFact } from '../../src/domain/facts.ts'
import type { RosterEntry } from '../../src/domain/person.ts'
import type { AccountDatabase } from '../../src/provisioning/host/accounts/account-database.ts'
import type { Host } from '../../src/provisioning/host/host.ts'
import type { ProgramResult } from '../../src/provisioning/host/programs/programs.ts'
import type { SecretsDocument } from '../../src/provisioning/secrets/secrets-file.ts'

/** A host in memory: what the engine and test steps see and change. Plain data, so a test can look at all of it. */
export interface FakeMachine {
  mode: 'system' | 'single-user'
  ownUid: number | null
  accounts: Map<string, PasswdEntry>
  expired: Set<string>
  groups: Map<string, GroupEntry>
  power: Map<string, AccountPower>
  paths: Map<string, PathFact>
  /** Paths below a folder that others can change. */
  unsafeAbove: Set<string>
  roster: RosterEntry[]
  rosterProblem: string | null
  /** As the file is; the entries are `roster`. */
  rosterText: string
  template: string | null
  /** What the secrets file says, and why it cannot be used. */
  secrets: SecretsDocument
  secretsProblem: string | null
  missingPrograms: string[]
  missingShells: string[]
  restarts: string[]
  /** Units that are not active. */
  down: Set<string>
  nextUid: number
  /** How often it was looked at. */
  observations: number
}

export const DATA = '/var/lib/usher/data'

export function fakeMachine(): FakeMachine {
  const folder = (uid = 0): PathFact => ({ kind: 'directory', uid, gid: uid, mode: 0o755 })
  return {
    mode: 'system',
    ownUid: null,
    accounts: new Map(),
    expired: new Set(),
    groups: new Map(),
    power: new Map(),
    paths: new Map([
      ['/home', folder()],
      [DATA, folder()],
      [join(DATA, 'memory'), { ...folder(), mode: 0o711 } as PathFact],
      [join(DATA, 'history'), { ...folder(), mode: 0o711 } as PathFact],
    ]),
    unsafeAbove: new Set(),
    roster: [],
    rosterProblem: null,
    rosterText: 'users: []\n',
    template: '# Memory\n',
    secrets: { rootKey: null, totp: new Map() },
    secretsProblem: null,
    missingPrograms: [],
    missingShells: [],
    restarts: [],
    down: new Set(),
    nextUid: 1001,
    observations: 0,
  }
}

/** Adds a person's account as `useradd -m` would leave it. */
export function addAccount(machine: FakeMachine, name: string, uid = machine.nextUid++): PasswdEntry {
  const home = `/home/${name}`
  const entry = { name, uid, gid: uid, gecos: '', home, shell: '/bin/bash' }
  machine.accounts.set(name, entry)
  machine.groups.set(name, { name, gid: uid, members: [] })
  machine.paths.set(home, { kind: 'directory', uid, gid: uid, mode: 0o700 })
  return entry
}

/**
 * The `Host` over a fake machine: observing and accounts. Programs, files and services are not there to be used. `onSnapshot` is what
 * happens at the very moment at which somebody takes a snapshot.
 */
export function fakeHost(machine: FakeMachine, onSnapshot: () => void = () => undefined): Host {
  const byName = (name: string) => machine.accounts.get(name) ?? null
  const ran: ProgramResult = { ok: true, stdout: '', stderr: '', durationMs: 0 }
  const accounts = only<AccountDatabase>('accounts', {
    byName: async (name) => byName(name),
    uidsOf: async (names) =>
      new Map(
        names.flatMap((name) => {
          const entry = byName(name)
          return entry === null ? [] : [[name, entry.uid] as const]
        }),
      ),
    byUid: async (uid) => [...machine.accounts.values()].find((entry) => entry.uid === uid) ?? null,
    group: async (name) => machine.groups.get(name) ?? null,
    groupsOf: async (name) =>
      [...machine.groups.values()].filter(({ members }) => members.includes(name)).map((group) => group.name),
    allUids: async () => new Set([...machine.accounts.values()].map(({ uid }) => uid)),
    power: async ({ name }) => powerOf(machine, name),
    lastLoginAt: async () => null,
    create: async ({ name, uid }) => {
      addAccount(machine, name, uid)
      machine.expired.add(name)
      return ran
    },
    remove: async (name) => {
      machine.accounts.delete(name)
      machine.groups.delete(name)
      machine.expired.delete(name)
      return ran
    },
    setGecos: async () => ran,
    expire: async (name) => {
      machine.expired.add(name)
      return ran
    },
    liftExpiry: async (name) => {
      machine.expired.delete(name)
      return ran
    },
    expiredOf: async (names) => new Set(names.filter((name) => machine.expired.has(name))),
    isExpired: async (name) => machine.expired.has(name),
    isNeverActivated: async (name) => machine.expired.has(name),
    all: async () => [...machine.accounts.values()],
    namesOf: async (uid) =>
      [...machine.accounts.values()].filter((entry) => entry.uid === uid).map(({ name }) => name),
    settings: async () => ({ uidMin: 1000, uidMax: 60_000, homeBase: '/home' }),
    joinGroup: async (name, group) => {
      machine.groups.get(group)?.members.push(name)
      return ran
    },
    leaveGroup: async (name, group) => {
      const found = machine.groups.get(group)
      if (found !== undefined) found.members = found.members.filter((member) => member !== name)
      return ran
    },
  })
  const host: Host = {
    snapshot: async () => {
      onSnapshot()
      return host
    },
    environment: {
      name: 'test-host',
      mode: machine.mode,
      rosterFile: '/etc/usher/users.yaml',
      dataDir: DATA,
      stateDir: '/var/lib/usher',
      secretsFile: '/etc/usher/secrets.yaml',
      databaseFile: '/var/lib/usher/usher.db',
      botUser: 'usher',
      personUids: null,
      takeUid: () => machine.nextUid++,
    },
    programs: only<Host['programs']>('programs', { containment: async () => 'pid-namespace' }),
    accounts,
    secrets: {
      read: async () =>
        machine.secretsProblem === null
          ? { ok: true, document: machine.secrets }
          : { ok: false, failure: { code: 'path_unsafe', params: { why: machine.secretsProblem } } },
      edit: async (change) => {
        if (machine.secretsProblem !== null) {
          return { ok: false, failure: { code: 'path_unsafe', params: { why: machine.secretsProblem } } }
        }
        machine.secrets = change(machine.secrets) ?? machine.secrets
        return { ok: true }
      },
    },
    files: only<Host['files']>('files', {
      checkParents: async (path) =>
        machine.unsafeAbove.has(path)
          ? { ok: false, failure: { code: 'path_unsafe', params: { path, why: 'others can write to it' } } }
          : { ok: true },
      stat: async (path) => machine.paths.get(path) ?? { kind: 'absent' },
      readTrusted: async () =>
        machine.template === null
          ? { ok: false, failure: { code: 'path_unsafe', params: { why: 'it belongs to uid 1000' } } }
          : {
              ok: true,
              text: machine.template,
              mode: 0o644,
              uid: 0,
              identity: { dev: 1, ino: 1, born: 0 },
            },
    }),
    services: only<Host['services']>('services', { isActive: async (unit) => !machine.down.has(unit) }),
    async observe(query): Promise<Facts> {
      machine.observations++
      const account = byName(query.osUser)
      return {
        host: 'test-host',
        mode: machine.mode,
        personUids: { min: 1000, max: 60_000 },
        ownUid: machine.ownUid,
        createsAccounts: true,
        homeBase: '/home',
        account,
        accountExpired: machine.expired.has(query.osUser),
        power: account === null ? null : powerOf(machine, query.osUser),
        lastLoginAt: null,
        sameNamedGroup: machine.groups.get(query.osUser) ?? null,
        roleGroups: Object.fromEntries(
          query.groups.map((name) => {
            const group = machine.groups.get(name)
            const member = group?.members.includes(query.osUser) ?? false
            return [name, group === undefined ? null : { gid: group.gid, member }]
          }),
        ),
        owners: Object.fromEntries(
          query.owners.map((name) => {
            const owner = byName(name)
            return [name, owner === null ? null : { uid: owner.uid, gid: owner.gid }]
          }),
        ),
        paths: Object.fromEntries(
          query.paths.map((path) => [path, machine.paths.get(path) ?? { kind: 'absent' }]),
        ),
        rosterMatches: machine.roster.flatMap((entry) => {
          const by: ('telegram_id' | 'os_user' | 'uid')[] = []
          if (String(entry.telegram_id) === String(query.telegramId)) by.push('telegram_id')
          if (entry.os_user === query.osUser) by.push('os_user')
          if (account !== null && byName(entry.os_user)?.uid === account.uid) by.push('uid')
          return by.length === 0 ? [] : [{ entry, by }]
        }),
        rosterProblem: machine.rosterProblem,
        shellExists: !machine.missingShells.includes(query.shell),
        missingPrograms: query.programs.filter((program) => machine.missingPrograms.includes(program)),
      }
    },
    roster: only<Host['roster']>('roster', {
      read: async () =>
        machine.rosterProblem === null
          ? {
              ok: true,
              text: machine.rosterText,
              people: machine.roster.map((entry) => ({ entry, exactId: true, line: 1 })),
            }
          : { ok: false, failure: { code: 'roster_unusable', params: { why: machine.rosterProblem } } },
    }),
    readRoster: async () =>
      machine.rosterProblem === null
        ? { ok: true, entries: [...machine.roster] }
        : { ok: false, why: machine.rosterProblem },
  }
  return host
}

/** The part of a port that a test needs; anything else that is asked of it is a mistake of the test. */
function only<T extends object>(name: string, part: Partial<T>): T {
  return new Proxy(part as T, {
    get(target, key, receiver) {
      if (key in target) return Reflect.get(target, key, receiver)
      throw new Error(`the fake host has no ${name}.${String(key)}`)
    },
  })
}

function powerOf(machine: FakeMachine, name: string): AccountPower {
  return machine.power.get(name) ?? { groups: [name], sudoRules: [], linger: false, authorizedKeys: 0 }
}
