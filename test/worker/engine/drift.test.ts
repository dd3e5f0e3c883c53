import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import type { Difference } from '../../../src/domain/difference.ts'
import { type Fixture, operator, role, testConfig } from '../../support/engine-fixture.ts'
import { places } from '../../support/host/test-host.ts'
import { addAccount, rememberMachine } from '../../support/host/test-machine.ts'
import { treeSnapshot } from '../../support/host/tree-snapshot.ts'
import { realConfig, realEngine, template } from '../../support/real-engine.ts'

const DATA = places.dataDir
const TREES = ['/etc', '/home', DATA, places.stateDir]

let fixture: Fixture
let forget: () => void
beforeEach(() => {
  forget = rememberMachine()
})
afterEach(async () => {
  await fixture.remove()
  forget()
})

/** Approves Alice while no run can begin, changes the host, and lets a worker with room for runs take over. */
async function drift(change: () => void, config: Partial<Config> = {}) {
  fixture = await realEngine({}, { limits: { concurrentRuns: 0 } })
  const { id, plan } = await fixture.submit(operator)
  const approved = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
  expect(approved.request.state).toBe('approved')
  change()
  const before = treeSnapshot(...TREES)
  await fixture.restart({ limits: {}, config: realConfig(config) })
  const run = await fixture.ended(1)
  const { request } = await fixture.ok(operator, 'request.get', { id })
  return { run, request, before, after: treeSnapshot(...TREES) }
}

function appendToRoster(entry: string): void {
  const text = readFileSync(places.rosterFile, 'utf8').replace('users: []', 'users:')
  writeFileSync(places.rosterFile, `${text}${entry}\n`)
}

function rolesWith(groups: string[]): Partial<Config> {
  const { roles } = testConfig()
  return { roles: new Map([...roles, ['user', role('user', { ...roles.get('user'), groups })]]) }
}

const folder = (path: string): [string, () => void, object] => [
  `the folder ${path} appeared`,
  () => mkdirSync(path, { recursive: true, mode: 0o755 }),
  { code: 'path_appeared', params: { path, kind: 'directory', uid: '0' } },
]

describe('on a real host', () => {
  test.for<[string, () => void, object, Partial<Config>?]>([
    [
      'the account appeared',
      () => addAccount('alice', 4601),
      { code: 'account_appeared', params: { os_user: 'alice', uid: '4601' } },
    ],
    folder('/home/alice'),
    folder(`${DATA}/memory/42`),
    folder(`${DATA}/history/42`),
    [
      'a link was put where the memory goes',
      () => {
        mkdirSync(`${DATA}/memory`, { mode: 0o711 })
        symlinkSync('/etc', `${DATA}/memory/42`)
      },
      { code: 'path_appeared', params: { path: `${DATA}/memory/42`, kind: 'symlink' } },
    ],
    [
      'the roster got an entry of this Telegram id',
      () => appendToRoster('  - { telegram_id: 42, name: X, os_user: x, role: user }'),
      { code: 'roster_entry_appeared', params: { os_user: 'x', telegram_id: '42' } },
    ],
    [
      'the roster got an entry of this OS user',
      () => appendToRoster('  - { telegram_id: 7, name: X, os_user: alice, role: user }'),
      { code: 'roster_entry_appeared', params: { os_user: 'alice', telegram_id: '7' } },
    ],
    ['the template was edited', () => appendFileSync(template, 'more\n'), { code: 'template_changed' }],
    [
      'the role has another group',
      () => undefined,
      { code: 'role_groups_changed', params: { role: 'user', gained: 'games' } },
      rolesWith(['games']),
    ],
  ])('when %s, the run stops before its first side effect', async ([, change, said, config]) => {
    const { run, request, before, after } = await drift(change, config)
    expect(run).toMatchObject({ state: 'superseded', started_at: null })
    expect(request).toMatchObject({ state: 'submitted', revision: 2, returned: { kind: 'drift', run_id: 1 } })
    const differences: Difference[] = request.returned?.differences ?? []
    expect(differences).toContainEqual(expect.objectContaining({ code: (said as Difference).code }))
    expect(differences.find(({ code }) => code === (said as Difference).code)).toMatchObject(said)
    expect(after).toEqual(before)
  })

  test('another person, another account and a comment in the roster stop nothing', async () => {
    const { run } = await drift(() => {
      addAccount('bob', 4602)
      appendToRoster('  # by hand\n  - { telegram_id: 7, name: Bob, os_user: bob, role: user }')
      mkdirSync(`${DATA}/memory`, { mode: 0o711 })
    })
    expect(run.steps.flatMap(({ failure }) => failure ?? [])).toEqual([])
    expect(run.state).toBe('succeeded')
    expect(readFileSync(places.rosterFile, 'utf8')).toContain('  # by hand\n')
    execFileSync('id', ['alice'])
  })
})
