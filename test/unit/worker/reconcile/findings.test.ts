import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { PathFact } from '../../../../src/domain/facts.ts'
import type { RosterEntry } from '../../../../src/domain/person.ts'
import type { FindingView } from '../../../../src/protocol/views.ts'
import { databaseSnapshot } from '../../../support/database-snapshot.ts'
import {
  engineFixture,
  type Fixture,
  type FixtureOptions,
  operator,
  role,
} from '../../../support/engine-fixture.ts'
import { addAccount, DATA, type FakeMachine } from '../../../support/fake-host.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

const memory = join(DATA, 'memory/42')
const history = join(DATA, 'history/42')
const DEVS = role('dev', { groups: ['devs', 'ops'] })

/** Alice as an onboarding leaves her, with a workspace and two groups. */
async function withAlice(options: FixtureOptions = {}): Promise<Fixture> {
  fixture = await engineFixture({
    ...options,
    config: { defaults: { workspace_base: '{home}/work' }, ...options.config },
    machine: (machine) => {
      for (const name of ['devs', 'ops']) machine.groups.set(name, { name, gid: 500, members: [] })
      options.machine?.(machine)
    },
  })
  const run = await fixture.onboard()
  expect(run.state).toBe('succeeded')
  return fixture
}

async function look(): Promise<FindingView[]> {
  const { reconciliation } = await fixture.ok(operator, 'reconcile.check', {})
  return reconciliation.findings
}

function changeMode(machine: FakeMachine, path: string, change: object): void {
  machine.paths.set(path, { ...machine.paths.get(path), ...change } as PathFact)
}

test('whoever is as the onboarding left them is no finding', async () => {
  await withAlice()
  const { reconciliation } = await fixture.ok(operator, 'reconcile.run', {})
  expect(reconciliation).toMatchObject({
    outcome: 'clean',
    people: 1,
    findings: [],
    requests: [],
    digest: null,
  })
  const told = fixture.engine.events.after(0, 100).filter(({ type }) => type.startsWith('reconcile.'))
  expect(told.map(({ type, data }) => [type, data])).toEqual([
    [
      'reconcile.finished',
      {
        reconciliation_id: reconciliation.id,
        outcome: 'clean',
        ...{ differing: 0, repairable: 0, failed: 0, changed: false, skipped: 0 },
      },
    ],
  ])
})

type Change = (machine: FakeMachine) => void
const FINDINGS: [what: string, change: Change, expected: Partial<FindingView>][] = [
  [
    'a missing folder',
    (machine) => machine.paths.delete(history),
    { code: 'dir.missing', params: { path: history }, repairable: true },
  ],
  [
    'a missing workspace',
    (machine) => machine.paths.delete('/home/alice/work'),
    { code: 'dir.missing', params: { path: '/home/alice/work' }, repairable: true },
  ],
  [
    'a folder that is open to others',
    (machine) => changeMode(machine, memory, { mode: 0o755 }),
    {
      code: 'dir.mode',
      params: { path: memory, mode: '0755', expected: '0700' },
      repairable: false,
      by_hand: `chmod 0700 -- ${memory}`,
    },
  ],
  [
    'a folder of somebody else',
    (machine) => changeMode(machine, memory, { uid: 4711 }),
    {
      code: 'dir.owner',
      params: { path: memory, uid: 4711, expected: 'alice' },
      repairable: false,
      by_hand: `chown --no-dereference alice: -- ${memory}`,
    },
  ],
  [
    'a link where a folder was',
    (machine) => changeMode(machine, memory, { kind: 'symlink' }),
    { code: 'dir.not_a_directory', params: { path: memory, kind: 'symlink' }, repairable: false },
  ],
  [
    'a folder that root cannot look at',
    (machine) => machine.paths.set(memory, { kind: 'unreadable', errno: 'EIO' }),
    { code: 'dir.unreadable', params: { path: memory, errno: 'EIO' }, repairable: false },
  ],
  [
    'a workspace that others may write to, to be closed as its person, who could put a link there',
    (machine) => changeMode(machine, '/home/alice/work', { mode: 0o777 }),
    { code: 'dir.mode', repairable: false, by_hand: 'runuser -u alice -- chmod 0700 -- /home/alice/work' },
  ],
  [
    'a missing memory',
    (machine) => machine.paths.delete(join(memory, 'MEMORY.md')),
    { code: 'seed.missing', params: { path: join(memory, 'MEMORY.md') }, repairable: true },
  ],
  [
    'a memory that is a folder',
    (machine) => changeMode(machine, join(memory, 'MEMORY.md'), { kind: 'directory' }),
    { code: 'seed.not_a_file', repairable: false },
  ],
  [
    'a home that is gone',
    (machine) => machine.paths.delete('/home/alice'),
    { code: 'home.unusable', params: { home: '/home/alice', why: 'it is missing' }, repairable: false },
  ],
  [
    'an account that was expired by hand',
    (machine) => machine.expired.add('alice'),
    { code: 'account.never_activated', repairable: false, by_hand: 'chage -E -1 -- alice' },
  ],
  [
    'a service that is down',
    (machine) => machine.down.add('agent.service'),
    { code: 'service.down', telegram_id: null, os_user: null, by_hand: 'systemctl start -- agent.service' },
  ],
  [
    'a role that the config no longer has',
    (machine) => changeEntry(machine, { role: 'gone' }),
    { code: 'role.unknown', params: { role: 'gone' }, repairable: false },
  ],
  [
    'an entry that was changed by hand',
    (machine) => changeEntry(machine, { model: 'opus', name: 'Alicia' }),
    { code: 'entry.edited', params: { keys: 'model, name' }, repairable: true },
  ],
  [
    'an entry whose OS user can be nobody’s name',
    (machine) => changeEntry(machine, { os_user: '-rf' }),
    { code: 'entry.invalid', params: { field: 'os_user', value: '-rf' }, repairable: false },
  ],
  [
    'an entry without a name',
    (machine) => changeEntry(machine, { name: '' }),
    { code: 'entry.invalid', params: { field: 'name', value: '' }, repairable: false },
  ],
  [
    'an account without an entry',
    (machine) => addAccount(machine, 'stray', 1700),
    {
      code: 'account.no_entry',
      telegram_id: null,
      os_user: 'stray',
      by_hand: 'usher adduser --adopt --os-user stray --telegram-id ID --name NAME --role ROLE --reason TEXT',
    },
  ],
  [
    'an account whose entry was taken out by hand',
    (machine) => {
      machine.roster = []
      machine.roster.push(entry({ telegram_id: 7, os_user: 'zoe' }))
    },
    { code: 'account.entry_removed', telegram_id: 42, os_user: 'alice', by_hand: 'usher run undo 1' },
  ],
  [
    'an account that the config gives a meaning',
    (machine) => {
      const bot = addAccount(machine, 'usher', 1800)
      machine.accounts.set('alice', { ...machine.accounts.get('alice')!, uid: bot.uid })
    },
    { code: 'account.not_a_person', params: { os_user: 'alice', uid: 1800 }, repairable: false },
  ],
]

function entry(change: Partial<RosterEntry>): RosterEntry {
  return { telegram_id: 42, name: 'Alice', os_user: 'alice', role: 'user', ...change }
}

function changeEntry(machine: FakeMachine, change: Partial<RosterEntry>): void {
  machine.roster = machine.roster.map((one) => ({ ...one, ...change }))
}

describe('a reconciliation finds', () => {
  for (const [what, change, expected] of FINDINGS) {
    test(what, async () => {
      await withAlice()
      change(fixture.machine)
      expect(await look()).toContainEqual(expect.objectContaining(expected))
    })
  }

  test('a workspace of somebody else, without a command: its person could put a link where root changes owners', async () => {
    await withAlice()
    changeMode(fixture.machine, '/home/alice/work', { uid: 4711 })
    const [found] = await look()
    expect(found).toMatchObject({ code: 'dir.owner', params: { uid: 4711, expected: 'alice' } })
    expect(found).not.toHaveProperty('by_hand')
  })

  test('a folder whose fixed owner is no account, without a command', async () => {
    await withAlice({
      config: { folders: { memory: { owner: 'svc' }, history: { owner: 'person' } } },
      machine: (machine) => addAccount(machine, 'svc', 900),
    })
    fixture.machine.accounts.delete('svc')
    const found = (await look()).find(({ code }) => code === 'dir.owner')
    expect(found?.params).not.toHaveProperty('expected')
    expect(found).not.toHaveProperty('by_hand')
  })

  test('an account that is missing, once and not once more for everything of it', async () => {
    await withAlice()
    for (const table of [fixture.machine.accounts, fixture.machine.groups, fixture.machine.paths])
      table.delete('alice')
    for (const path of [memory, history, '/home/alice', '/home/alice/work'])
      fixture.machine.paths.delete(path)
    expect(await look()).toMatchObject([
      { code: 'account.missing', params: { os_user: 'alice' }, repairable: true },
    ])
  })

  test('a group of the role that somebody is not in, and one that is not there', async () => {
    await withAlice({ config: { roles: new Map([['user', DEVS]]) } })
    fixture.machine.groups.get('devs')!.members = []
    expect(await look()).toMatchObject([
      { code: 'groups.not_member', params: { groups: 'devs' }, repairable: true },
    ])
    fixture.machine.groups.delete('ops')
    expect(await look()).toMatchObject([
      { code: 'group.missing', params: { group: 'ops' }, by_hand: 'groupadd -- ops', repairable: false },
      { code: 'groups.not_member', params: { groups: 'devs' }, repairable: false },
      { code: 'plan.refused', params: { violations: 'group missing ops' }, repairable: false },
    ])
  })

  test('entries that share a Telegram id, an OS user or a uid, and looks at none of them further', async () => {
    await withAlice()
    fixture.machine.paths.delete(memory)
    const twins: [Partial<RosterEntry>, string][] = [
      [{ os_user: 'bob' }, 'telegram_id'],
      [{ telegram_id: 43 }, 'os_user'],
      [{ telegram_id: 43, os_user: 'twin' }, 'uid'],
    ]
    const uid = fixture.machine.accounts.get('alice')!.uid
    addAccount(fixture.machine, 'twin', uid)
    for (const [change, field] of twins) {
      fixture.machine.roster = [entry({}), entry(change)]
      const found = await look()
      const doubled = found.filter(({ code }) => code === 'entry.duplicate')
      expect(doubled.map(({ params }) => params?.['field'])).toEqual([field, field])
      expect(found.some(({ code }) => code === 'dir.missing')).toBe(false)
      expect(found.some(({ repairable }) => repairable)).toBe(false)
    }
  })

  test('nothing in an account that waits for its person’s Start', async () => {
    fixture = await engineFixture()
    await fixture.onboard({ proof: 'typed' })
    expect(fixture.machine.expired.has('alice')).toBe(true)
    expect(await look()).toEqual([])
  })

  test('nothing in accounts that are ignored, that nobody logs in to or that are not a person’s', async () => {
    await withAlice({
      config: { reconcile: { everyMs: null, smoke: false, alarmAfterMs: null, ignoreAccounts: ['me'] } },
    })
    addAccount(fixture.machine, 'me', 1900)
    addAccount(fixture.machine, 'daemon', 2)
    addAccount(fixture.machine, 'usher', 1901)
    const service = addAccount(fixture.machine, 'svc', 1902)
    fixture.machine.accounts.set('svc', { ...service, shell: '/usr/sbin/nologin' })
    expect(await look()).toEqual([])
  })

  test('what is wrong with one person, and everything about the others, when looking at that one fails', async () => {
    await withAlice()
    await fixture.onboard({ telegram_id: 43, os_user: 'bob', name: 'Bob' })
    fixture.machine.paths.delete(join(DATA, 'memory/43'))
    Object.defineProperty(fixture.machine, 'paths', { value: failingAt(fixture.machine.paths, memory) })
    const { reconciliation } = await fixture.ok(operator, 'reconcile.run', {})
    expect(reconciliation.outcome).toBe('incomplete')
    expect(reconciliation.findings.map(({ os_user, code }) => `${os_user} ${code}`)).toEqual([
      'alice person.unchecked',
      'bob dir.missing',
    ])
    expect(reconciliation.requests).toMatchObject([{ os_user: 'bob', state: 'submitted' }])
  })
})

/** A map that throws when it is asked for one key, as a bug would. */
function failingAt(paths: Map<string, PathFact>, key: string): Map<string, PathFact> {
  return new Proxy(paths, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (name !== 'get') return typeof member === 'function' ? member.bind(target) : member
      return (path: string) => {
        if (path === key) throw new Error('the disk makes a noise')
        return target.get(path)
      }
    },
  })
}

describe('a dry run', () => {
  test('writes nothing, not even a row', async () => {
    await withAlice()
    fixture.machine.paths.delete(memory)
    changeEntry(fixture.machine, { model: 'opus' })
    const before = databaseSnapshot(fixture.databaseFile)
    const machine = structuredClone({ ...fixture.machine, observations: 0 })
    const { reconciliation } = await fixture.ok(operator, 'reconcile.check', {})
    expect(reconciliation).toMatchObject({ id: null, outcome: 'differs' })
    expect(reconciliation.findings.map(({ code }) => code)).toEqual(['entry.edited', 'dir.missing'])
    expect(databaseSnapshot(fixture.databaseFile)).toEqual(before)
    expect(structuredClone({ ...fixture.machine, observations: 0 })).toEqual(machine)
  })
})

describe('a roster that cannot be believed', () => {
  test.each([
    [
      'cannot be read',
      (machine: FakeMachine) => {
        machine.rosterProblem = 'line 3: bad indentation'
      },
      'line 3: bad indentation',
    ],
    [
      'is empty although people were added to it',
      (machine: FakeMachine) => {
        machine.roster = []
      },
      /it is empty, but one person was added/,
    ],
    [
      'ends in the middle of a line and has lost somebody',
      (machine: FakeMachine) => {
        machine.roster = [entry({ telegram_id: 43, os_user: 'bob' })]
        machine.rosterText = 'users:\n  - telegram_id: 43'
      },
      /ends in the middle of a line/,
    ],
  ])('stops everything when it %s', async (_what, change, why) => {
    await withAlice()
    fixture.machine.paths.delete(memory)
    change(fixture.machine)
    const { reconciliation } = await fixture.ok(operator, 'reconcile.run', {})
    expect(reconciliation).toMatchObject({ outcome: 'failed', findings: [], requests: [], people: 0 })
    expect(reconciliation.why).toMatch(why)
    const last = fixture.engine.events.after(0, 500).at(-1)
    expect(last).toMatchObject({ type: 'reconcile.failed', data: { why: reconciliation.why, changed: true } })
  })

  test('is fine when it is empty and nobody was ever added', async () => {
    fixture = await engineFixture()
    const { reconciliation } = await fixture.ok(operator, 'reconcile.run', {})
    expect(reconciliation).toMatchObject({ outcome: 'clean', people: 0 })
  })
})
