import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import type { ReconciliationView } from '../../src/protocol/views.ts'
import { databaseSnapshot } from '../support/database-snapshot.ts'
import { admin, type Fixture, operator, role } from '../support/engine-fixture.ts'
import { places } from '../support/host/test-host.ts'
import { addAccount, rememberMachine } from '../support/host/test-machine.ts'
import { treeSnapshot } from '../support/host/tree-snapshot.ts'
import { realEngine } from '../support/real-engine.ts'

let fixture: Fixture
let forget: () => void
const mounted: string[] = []

beforeEach(() => {
  forget = rememberMachine()
})
afterEach(async () => {
  for (const path of mounted.splice(0).reverse()) execFileSync('umount', [path])
  await fixture.remove()
  forget()
})

const memory = `${places.dataDir}/memory/42`
const history = `${places.dataDir}/history/42`

async function start(config: Partial<Config> = {}): Promise<void> {
  const ignoreAccounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(':')[0] ?? [])
  fixture = await realEngine({
    roles: new Map([['user', role('user', { groups: ['games', 'audio'] })]]),
    reconcile: { everyMs: null, smoke: false, alarmAfterMs: null, ignoreAccounts },
    ...config,
  })
}

async function look(smoke = false): Promise<string[]> {
  const { reconciliation } = await fixture.ok(operator, 'reconcile.check', { smoke })
  return said(reconciliation)
}

const said = ({ findings, why }: ReconciliationView) => [
  ...(why === null ? [] : [why]),
  ...findings.map(({ os_user, code, params = {} }) =>
    [os_user ?? 'host', code, ...Object.values(params)].join(' '),
  ),
]

async function repair() {
  const { reconciliation } = await fixture.ok(operator, 'reconcile.run', {})
  const { id, digest } = reconciliation
  const approved = await fixture.ok(operator, 'reconcile.approve', { id: id ?? 0, digest: digest ?? '' })
  expect(approved.refused).toEqual([])
  return Promise.all(approved.reconciliation.requests.map(({ run_id }) => fixture.ended(run_id ?? 0)))
}

function writeEntry(text: string): void {
  const before = readFileSync(places.rosterFile, 'utf8').replace('users: []\n', 'users:\n')
  writeFileSync(places.rosterFile, before + text)
}

const entryText = (id: number, osUser: string, more = '') =>
  `  - telegram_id: ${id}\n    name: Hana\n    os_user: ${osUser}\n    role: user\n${more}`

const trees = () => treeSnapshot('/etc', '/home', '/srv', '/var/lib/usher')

describe('a reconciliation of a real host', () => {
  test('of a person who was just onboarded finds nothing, with and without the smoke test', async () => {
    await start()
    expect((await fixture.onboard()).state).toBe('succeeded')
    expect(await look()).toEqual([])
    expect(await look(true)).toEqual([])
  })

  test('finds what is missing, repairs it by adding, and is clean afterwards', async () => {
    await start()
    await fixture.onboard()
    execFileSync('gpasswd', ['--delete', 'alice', 'games'], { stdio: 'pipe' })
    rmSync(`${memory}/MEMORY.md`)
    rmdirSync(history)
    rmdirSync('/home/alice/work')
    expect(await look()).toEqual([
      'alice groups.not_member games',
      `alice dir.missing ${history}`,
      'alice dir.missing /home/alice/work',
      `alice seed.missing ${memory}/MEMORY.md`,
    ])
    const [run] = await repair()
    expect(run?.steps.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'account applied',
      'groups applied',
      'data-dirs applied',
      'memory-seed applied',
      'smoke-test applied',
      'roster applied',
    ])
    const uid = statSync('/home/alice').uid
    for (const path of [memory, history, '/home/alice/work']) {
      expect(statSync(path)).toMatchObject({ uid, mode: 0o40700 })
    }
    expect(execFileSync('id', ['-Gn', 'alice'], { encoding: 'utf8' }).trim().split(' ').sort()).toEqual([
      'alice',
      'audio',
      'games',
    ])
    expect(await look(true)).toEqual([])
  })

  test('names what no repair may touch, and leaves it byte for byte', async () => {
    await start()
    await fixture.onboard()
    chmodSync(memory, 0o750)
    chownSync(history, 4711, 4711)
    chmodSync('/home/alice/work', 0o777)
    execFileSync('chage', ['-E', '2000-01-01', 'alice'])
    const before = trees()
    const { reconciliation } = await fixture.ok(operator, 'reconcile.run', {})
    expect(said(reconciliation)).toEqual([
      `alice dir.mode ${memory} 0750 0700`,
      `alice dir.owner ${history} 4711 alice`,
      'alice dir.mode /home/alice/work 0777 0700 alice',
      'alice account.expired alice',
    ])
    expect(reconciliation.requests).toEqual([])
    expect(trees()).toEqual(before)
    for (const { by_hand } of reconciliation.findings) execFileSync('/bin/sh', ['-c', by_hand ?? 'false'])
    expect(await look()).toEqual([])
  })

  test('never follows what stands where a folder was, and says so', async () => {
    await start()
    await fixture.onboard()
    mkdirSync('/srv/elsewhere', { mode: 0o700 })
    for (const [path, kind] of [
      [memory, 'symlink'],
      [history, 'file'],
    ] as const) {
      renameSync(path, `${path}.away`)
      if (kind === 'symlink') symlinkSync('/srv/elsewhere', path)
      else writeFileSync(path, '')
    }
    rmSync('/home/alice/work', { recursive: true })
    execFileSync('mkfifo', ['/home/alice/work'])
    try {
      expect(await look()).toEqual([
        `alice dir.not_a_directory ${memory} symlink`,
        `alice dir.not_a_directory ${history} file`,
        'alice dir.not_a_directory /home/alice/work other',
        // Nothing is looked at through the link.
        `alice seed.not_a_file ${memory}/MEMORY.md`,
      ])
    } finally {
      rmSync('/srv/elsewhere', { recursive: true })
    }
  })

  test('makes an account that is gone anew, and it waits for its person’s Start', async () => {
    await start()
    await fixture.onboard()
    execFileSync('userdel', ['--remove', 'alice'], { stdio: 'pipe' })
    for (const path of [memory, history]) rmSync(path, { recursive: true })
    expect(await look()).toEqual(['alice account.missing alice'])
    const [run] = await repair()
    expect(run?.state).toBe('succeeded')
    expect(run?.steps.flatMap(({ notes }) => notes.map(({ code }) => code))).toContain(
      'activation.waits_for_start',
    )
    expect(await look()).toEqual([])
  })

  test('does not give a new account what an older one of that name owned', async () => {
    await start()
    await fixture.onboard()
    execFileSync('userdel', ['--remove', 'alice'], { stdio: 'pipe' })
    const found = await look()
    expect(found[0]).toBe('alice account.missing alice')
    expect(found[1]).toMatch(/^alice plan\.refused path wrong owner /)
    const { reconciliation } = await fixture.ok(operator, 'reconcile.run', {})
    expect(reconciliation.requests).toEqual([])
    expect(existsSync('/home/alice')).toBe(false)
  })

  test('finds with the smoke test what no mode of a person’s own says', async () => {
    await start()
    await fixture.onboard()
    await fixture.onboard({ telegram_id: 43, os_user: 'bob', name: 'Bob' })
    chmodSync(places.rosterFile, 0o644)
    chmodSync('/home/alice', 0o755)
    chmodSync('/home/alice/work', 0o755)
    expect(await look()).toEqual([])
    const { reconciliation } = await fixture.ok(operator, 'reconcile.check', { smoke: true })
    const failures = reconciliation.findings.map(({ os_user, code, failure }) => [
      os_user,
      code,
      failure?.code,
    ])
    expect(failures).toEqual([
      ['alice', 'smoke.failed', 'not_isolated'],
      ['bob', 'smoke.failed', 'not_isolated'],
    ])
    expect(reconciliation.findings[0]?.failure).toMatchObject({
      params: { path: '/home/alice/work', who: 'bob' },
      detail: expect.stringContaining('alice can reach /etc/usher/users.yaml'),
    })
  })

  test('finds an agent command that no longer works, for everybody beside each other', async () => {
    const agent = '/usr/local/bin/usher-test-agent'
    writeFileSync(agent, '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    await start({ smoke: { agentCommand: ['usher-test-agent'], path: ['/usr/local/bin'], via: null } })
    await fixture.onboard()
    await fixture.onboard({ telegram_id: 43, os_user: 'bob', name: 'Bob' })
    expect(await look(true)).toEqual([])
    writeFileSync(agent, '#!/bin/sh\nexit 3\n')
    const { reconciliation } = await fixture.ok(operator, 'reconcile.check', { smoke: true })
    expect(reconciliation.findings.map(({ failure }) => failure?.code)).toEqual([
      'agent_command_failed',
      'agent_command_failed',
    ])
    expect(readdirSync('/home/alice/work')).toEqual([])
    rmSync(agent)
  })
})

describe('a dry run', () => {
  test('changes nothing: all of the host is read-only under it', async () => {
    await start()
    await fixture.onboard()
    rmdirSync(history)
    chmodSync(memory, 0o755)
    addAccount('hana', 4501)
    writeEntry(entryText(50, 'hana'))
    addAccount('stray', 4502)
    for (const path of ['/etc', '/home', places.dataDir, places.stateDir]) {
      execFileSync('mount', ['--bind', path, path])
      mounted.push(path)
      execFileSync('mount', ['-o', 'remount,bind,ro', path])
    }
    expect(() => writeFileSync('/etc/usher/probe', '')).toThrow(/EROFS/)
    const [before, rows] = [trees(), databaseSnapshot(fixture.databaseFile)]
    expect(await look()).toEqual([
      `alice dir.mode ${memory} 0755 0700`,
      `alice dir.missing ${history}`,
      'hana entry.unrecorded',
      'hana groups.not_member games, audio',
      `hana dir.missing ${places.dataDir}/memory/50`,
      `hana dir.missing ${places.dataDir}/history/50`,
      'hana dir.missing /home/hana/work',
      `hana seed.missing ${places.dataDir}/memory/50/MEMORY.md`,
      'stray account.no_entry stray 4502',
    ])
    expect(trees()).toEqual(before)
    expect(databaseSnapshot(fixture.databaseFile)).toEqual(rows)
  })
})

describe('somebody whom root put on the roster by hand', () => {
  test('is taken over with what the account is, and keeps it when that is undone', async () => {
    addAccount('hana', 4501)
    chmodSync('/home/hana', 0o700)
    await start()
    writeEntry(entryText(50, 'hana', '    desk: "07" # by the window\n'))
    const before = trees()
    expect((await look())[0]).toBe('hana entry.unrecorded')
    const [run] = await repair()
    expect(run?.state).toBe('succeeded')
    expect(readFileSync(places.rosterFile, 'utf8')).toContain('desk: "07" # by the window')
    expect(await look(true)).toEqual([])

    const { request } = await fixture.ok(operator, 'run.undo', { run_id: run!.id })
    const { id, plan } = request
    await fixture.ok(operator, 'request.submit', { id, digest: plan.digest })
    const approved = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    expect((await fixture.ended(approved.request.run_id ?? 0)).state).toBe('succeeded')
    // The roots of the data folders stay; joining a group may leave a line in gshadow.
    const without = (lines: string[]) =>
      lines.filter((line) => !/gshadow|usher-data\/(memory|history)\/? |usher\/|isolation-probe/.test(line))
    expect(without(trees())).toEqual(without(before))
  })

  test('needs a terminal where sudo rules make them root', async () => {
    addAccount('hana', 4501)
    chmodSync('/home/hana', 0o700)
    await start()
    writeEntry(entryText(50, 'hana'))
    mkdirSync('/etc/sudoers.d', { recursive: true })
    appendFileSync('/etc/sudoers.d/hana', 'hana ALL=(ALL) NOPASSWD: ALL\n')
    try {
      const { reconciliation } = await fixture.ok(operator, 'reconcile.run', {})
      const { id, digest } = reconciliation
      const { reconciliation: after } = await fixture.ok(admin(7), 'reconcile.approve', {
        id: id ?? 0,
        digest: digest ?? '',
      })
      expect(after.requests).toMatchObject([{ state: 'submitted', missing: [{ kind: 'terminal' }] }])
    } finally {
      rmSync('/etc/sudoers.d/hana')
    }
  })
})

describe('a roster that cannot be believed', () => {
  test.each([
    ['half an entry', (text: string) => text.slice(0, -40), /line|middle of a line/],
    ['nothing at all', () => '', /it is empty/],
    ['an empty list', () => 'users: []\n', /one person was added/],
    ['no list', () => 'people: []\n', /"users" is missing/],
    ['a key twice', (text: string) => `${text}users: []\n`, /unique/],
    ['bytes that are no text', () => Buffer.from([0xff, 0xfe, 0x00, 0x80]), /UTF-8/],
    ['an alias', (text: string) => `${text}  - &a\n    telegram_id: 9\n  - *a\n`, /alias/],
  ])('stops everything: %s', async (_what, change, why) => {
    await start()
    await fixture.onboard()
    rmdirSync(history)
    writeFileSync(places.rosterFile, change(readFileSync(places.rosterFile, 'utf8')))
    const { reconciliation } = await fixture.ok(operator, 'reconcile.run', {})
    expect(reconciliation).toMatchObject({ outcome: 'failed', findings: [], requests: [] })
    expect(reconciliation.why).toMatch(why)
    expect(existsSync(history)).toBe(false)
  })

  test('stops everything when it belongs to somebody else or is not there', async () => {
    await start()
    chownSync(places.rosterFile, 4711, 4711)
    expect((await look())[0]).toMatch(/belongs to somebody else/)
    rmSync(places.rosterFile)
    expect((await look())[0]).toMatch(/missing/)
  })
})
