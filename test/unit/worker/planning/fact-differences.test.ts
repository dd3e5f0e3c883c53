import { expect, test } from 'vitest'
import type { Difference, DifferenceCode } from '../../../../src/domain/difference.ts'
import type { AccountPower, Facts, PasswdEntry, PathFact } from '../../../../src/domain/facts.ts'
import type { Json, JsonObject } from '../../../../src/domain/json.ts'
import { factDifferences } from '../../../../src/worker/planning/fact-differences.ts'
import { planDifferences } from '../../../../src/worker/planning/plan-differences.ts'
import { decisiveFacts } from '../../../../src/worker/planning/planner.ts'

const account: PasswdEntry = {
  ...{ name: 'alice', uid: 1500, gid: 1500 },
  ...{ gecos: 'Alice', home: '/home/alice', shell: '/bin/bash' },
}
const power: AccountPower = { groups: ['alice'], sudoRules: [], linger: false, authorizedKeys: 0 }
const folder = { kind: 'directory', uid: 1500, gid: 1500, mode: 0o700 } as const
const entry = { telegram_id: 42, name: 'Alice', os_user: 'alice', role: 'user' }
const facts: Facts = {
  ...{
    host: 'h',
    mode: 'system',
    ownUid: null,
    createsAccounts: true,
    homeBase: '/home',
    account,
    accountExpired: false,
    power,
  },
  personUids: { min: 1000, max: 60_000 },
  lastLoginAt: null,
  sameNamedGroup: { name: 'alice', gid: 1500, members: [] },
  roleGroups: { agents: { gid: 900, member: false } },
  owners: { usher: { uid: 400, gid: 400 } },
  paths: { '/home/alice': folder },
  rosterMatches: [{ entry, by: ['telegram_id'] }],
  ...{ rosterProblem: null, shellExists: true, missingPrograms: [] },
}

const path = (fact: PathFact): Partial<Facts> => ({ paths: { '/home/alice': fact } })
const changed = (what: string, before: string, after: string): Difference => ({
  code: 'account_changed',
  params: { os_user: 'alice', what, before, after },
})
const pathChanged = (what: string, before: string, after: string): Difference => ({
  code: 'path_changed',
  params: { path: '/home/alice', what, before, after },
})
const about = (code: DifferenceCode, params: Record<string, string | number> = {}): Difference => ({
  code,
  params: { os_user: 'alice', ...params },
})

/** One for each thing that an approval rests on: what it was, what it is, and what is said of it. */
const DRIFTS: [string, Partial<Facts>, Difference][] = [
  ['the account is gone', { account: null, power: null, sameNamedGroup: null }, about('account_gone')],
  ['its uid', { account: { ...account, uid: 1501 } }, changed('uid', '1500', '1501')],
  ['its gid', { account: { ...account, gid: 7 } }, changed('gid', '1500', '7')],
  ['its home', { account: { ...account, home: '/x' } }, changed('home', '/home/alice', '/x')],
  ['its shell', { account: { ...account, shell: '/bin/sh' } }, changed('shell', '/bin/bash', '/bin/sh')],
  ['its comment', { account: { ...account, gecos: 'Al' } }, changed('comment', 'Alice', 'Al')],
  ['its expiry', { accountExpired: true }, about('account_expiry_changed', { now: 'expired' })],
  [
    'its groups',
    { power: { ...power, groups: ['docker'] } },
    about('account_groups_changed', { gained: 'docker', lost: 'alice' }),
  ],
  [
    'its sudo rules',
    { power: { ...power, sudoRules: ['alice ALL'] } },
    about('account_sudo_changed', { before: 0, after: 1 }),
  ],
  ['its linger', { power: { ...power, linger: true } }, about('account_linger_changed', { now: 'on' })],
  [
    'its keys',
    { power: { ...power, authorizedKeys: 2 } },
    about('account_keys_changed', { before: '0', after: '2' }),
  ],
  ['its group is gone', { sameNamedGroup: null }, { code: 'group_gone', params: { group: 'alice' } }],
  [
    'its group has another gid',
    { sameNamedGroup: { name: 'alice', gid: 7, members: [] } },
    { code: 'group_changed', params: { group: 'alice', before: '1500', after: '7' } },
  ],
  [
    'a folder is gone',
    path({ kind: 'absent' }),
    { code: 'path_gone', params: { path: '/home/alice', kind: 'directory' } },
  ],
  ['a folder is a link', path({ ...folder, kind: 'symlink' }), pathChanged('kind', 'directory', 'symlink')],
  ['a folder’s owner', path({ ...folder, uid: 7 }), pathChanged('owner', '1500', '7')],
  ['a folder’s group', path({ ...folder, gid: 7 }), pathChanged('group', '1500', '7')],
  ['a folder’s mode', path({ ...folder, mode: 0o755 }), pathChanged('mode', '0700', '0755')],
  [
    'a folder cannot be looked at',
    path({ kind: 'unreadable', errno: 'EIO' }),
    pathChanged('error', '', 'EIO'),
  ],
  ['the entry is gone', { rosterMatches: [] }, about('roster_entry_gone', { telegram_id: '42' })],
  [
    'the entry was edited',
    { rosterMatches: [{ entry: { ...entry, role: 'admin', name: 'A' }, by: ['telegram_id'] }] },
    about('roster_entry_changed', { fields: 'name, role' }),
  ],
  [
    'another entry names them',
    { rosterMatches: [...facts.rosterMatches, { entry: { ...entry, telegram_id: 7 }, by: ['os_user'] }] },
    about('roster_entry_appeared', { telegram_id: '7' }),
  ],
  [
    'a role’s group is gone',
    { roleGroups: { agents: null } },
    { code: 'role_group_changed', params: { group: 'agents', now: 'gone' } },
  ],
  [
    'a role’s group is another one',
    { roleGroups: { agents: { gid: 901, member: false } } },
    { code: 'role_group_changed', params: { group: 'agents', now: 'another' } },
  ],
  [
    'a member by now',
    { roleGroups: { agents: { gid: 900, member: true } } },
    { code: 'membership_changed', params: { group: 'agents', now: 'member' } },
  ],
  [
    'a fixed owner',
    { owners: { usher: { uid: 401, gid: 400 } } },
    { code: 'owner_changed', params: { user: 'usher' } },
  ],
  ['the shell is gone', { shellExists: false }, { code: 'shell_changed', params: { now: 'gone' } }],
  [
    'the range of people',
    { personUids: { min: 2000, max: 60_000 } },
    { code: 'uid_range_changed', params: { before: '1000-60000', after: '2000-60000' } },
  ],
  ['the mode', { mode: 'single-user' }, { code: 'plan_changed', params: { what: 'mode single-user' } }],
  ['one’s own uid', { ownUid: 1500 }, { code: 'plan_changed', params: { what: 'uid 1500' } }],
]

const decisive = (change: Partial<Facts>): JsonObject => decisiveFacts({ ...facts, ...change }, new Set())

test.each(DRIFTS)('an approval rests on this, and a change of it is said: %s', (_what, change, said) => {
  const found = factDifferences(decisive({}), decisive(change), 'alice')
  expect(found).toContainEqual(said)
})

test('whatever an approval rests on is among these drifts', () => {
  const moved = new Set(DRIFTS.flatMap(([, change]) => Object.keys(change)))
  expect(Object.keys(decisive({})).filter((fact) => !moved.has(fact))).toEqual([])
})

test('an account that went is one difference, not one for each thing that it had', () => {
  const gone = decisive({ account: null, power: null, accountExpired: true, sameNamedGroup: null })
  expect(factDifferences(decisive({}), gone, 'alice')).toEqual([about('account_gone')])
})

const step = (kind: string, params: JsonObject): Json => ({ kind, params })

test.each<[string, JsonObject, JsonObject, Difference]>([
  [
    'the home of a new account',
    { steps: [step('account', { home: '/home/alice' })] },
    { steps: [step('account', { home: '/srv/alice' })] },
    { code: 'home_changed', params: { before: '/home/alice', after: '/srv/alice' } },
  ],
  [
    'the folders',
    { steps: [step('data-dirs', { directories: [{ path: '/a' }] })] },
    { steps: [step('data-dirs', { directories: [] })] },
    { code: 'folders_changed', params: { before: '/a', after: 'none' } },
  ],
  [
    'what a step does',
    { steps: [step('smoke-test', { agent: 'one' })] },
    { steps: [step('smoke-test', { agent: 'two' })] },
    { code: 'step_changed', params: { kind: 'smoke-test' } },
  ],
  [
    'what it demands',
    { demands: { terminal: false, consent: true } },
    { demands: { terminal: true, consent: true } },
    { code: 'demand_changed', params: { what: 'terminal', now: 'needed' } },
  ],
  [
    'the records of what an undo takes back',
    { run: { id: 3, digest: 'd' }, records: [{ index: 0, record: {} }] },
    { run: { id: 3, digest: 'd' }, records: [{ index: 0, record: { uid: 1500 } }] },
    { code: 'records_changed', params: { run: '3' } },
  ],
  [
    'something that a later version adds',
    {},
    { later: 1 },
    { code: 'plan_changed', params: { what: 'later' } },
  ],
])('beside the facts this is said: %s', (_what, before, after, said) => {
  expect(planDifferences(before, after)).toEqual([said])
})
