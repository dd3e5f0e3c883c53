import { isDeepStrictEqual } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import type { Config } from '../../../../src/config/config.ts'
import type { Difference } from '../../../../src/domain/difference.ts'
import type { Role } from '../../../../src/domain/role.ts'
import {
  admin,
  engineFixture,
  type Fixture,
  operator,
  osUser,
  role,
  testConfig,
} from '../../../support/engine-fixture.ts'
import { addAccount, DATA, type FakeMachine } from '../../../support/fake-host.ts'

const HOUR = 3_600_000

let fixture: Fixture
afterEach(() => fixture.remove())

interface Change {
  machine?: (machine: FakeMachine) => void
  config?: Partial<Config>
  time?: number
}

/** Approves Alice while no run can begin; then something changes, and a worker that can run takes over. */
async function drift(change: Change, machine?: (machine: FakeMachine) => void, adopt = false) {
  fixture = await engineFixture({
    limits: { concurrentRuns: 0 },
    ...(machine === undefined ? {} : { machine }),
  })
  const submitted = await fixture.submit(operator, adopt ? { account: 'adopt', reason: 'mine' } : {})
  const { id, plan } = submitted
  const approved = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
  expect(approved.request.state).toBe('approved')
  change.machine?.(fixture.machine)
  fixture.time.now += change.time ?? 0
  const before = structuredClone(fixture.machine)
  await fixture.restart({ limits: {}, ...(change.config === undefined ? {} : { config: change.config }) })
  const run = await fixture.ended(1)
  const { request } = await fixture.ok(operator, 'request.get', { id })
  return { run, request, digest: plan.digest, untouched: () => isUntouched(before) }
}

/** Whether the machine, but for being looked at, is as it was. */
function isUntouched(before: FakeMachine): boolean {
  const { observations: _, ...now } = fixture.machine
  const { observations: __, ...then } = before
  return isDeepStrictEqual(now, then) && fixture.steps.length === 0
}

const folder = (change: object = {}) =>
  ({ kind: 'directory', uid: 0, gid: 0, mode: 0o755, ...change }) as const

test.for<[string, Change, Difference]>([
  [
    'a folder got another group',
    { machine: ({ paths }) => paths.set(DATA, folder({ gid: 7 })) },
    { code: 'path_changed', params: { path: DATA, what: 'group', before: '0', after: '7' } },
  ],
  [
    'the account appeared',
    { machine: (machine) => addAccount(machine, 'alice', 1007) },
    { code: 'account_appeared', params: { os_user: 'alice', uid: '1007' } },
  ],
  [
    'a group of that name appeared',
    { machine: ({ groups }) => groups.set('alice', { name: 'alice', gid: 77, members: [] }) },
    { code: 'group_appeared', params: { group: 'alice', gid: '77' } },
  ],
  ...(['/home/alice', `${DATA}/memory/42`, `${DATA}/history/42`] as const).map(
    (path): [string, Change, Difference] => [
      `the folder ${path} appeared`,
      { machine: ({ paths }) => paths.set(path, folder()) },
      { code: 'path_appeared', params: { path, kind: 'directory', uid: '0', mode: '0755' } },
    ],
  ),
  [
    'the memory appeared',
    { machine: ({ paths }) => paths.set(`${DATA}/memory/42/MEMORY.md`, folder({ kind: 'symlink', uid: 7 })) },
    {
      code: 'path_appeared',
      params: { path: `${DATA}/memory/42/MEMORY.md`, kind: 'symlink', uid: '7', mode: '0755' },
    },
  ],
  [
    'the roster names the Telegram id',
    { machine: ({ roster }) => roster.push({ telegram_id: 42, name: 'X', os_user: 'x', role: 'user' }) },
    { code: 'roster_entry_appeared', params: { os_user: 'x', telegram_id: '42' } },
  ],
  [
    'the roster names the OS user',
    { machine: ({ roster }) => roster.push({ telegram_id: 9, name: 'X', os_user: 'alice', role: 'user' }) },
    { code: 'roster_entry_appeared', params: { os_user: 'alice', telegram_id: '9' } },
  ],
  [
    'the template is another one',
    {
      machine: (machine) => {
        machine.template = 'other'
      },
    },
    { code: 'template_changed' },
  ],
  [
    "the role's groups are others",
    { config: rolesWith({ groups: ['agents'] }) },
    { code: 'role_groups_changed', params: { role: 'user', gained: 'agents' } },
  ],
  [
    'the role permits more',
    { config: rolesWith({ permissions: ['requests.read.own', 'runs.read.own', 'people.read.all'] }) },
    { code: 'role_permissions_changed', params: { role: 'user', gained: 'people.read.all' } },
  ],
  [
    'the role asks for another number of approvals',
    { config: rolesWith({ approval: { count: 2, self: true, step_up: 'none', expiresMs: 24 * HOUR } }) },
    { code: 'role_changed', params: { role: 'user', what: 'count', before: '1', after: '2' } },
  ],
  [
    'the role is gone',
    { config: { roles: new Map([['admin', role('admin', { permissions: ['*'] })]]) } },
    { code: 'role_gone', params: { role: 'user' } },
  ],
  [
    'another service would be restarted',
    { config: { services: [{ unit: 'other.service', action: 'reload' }] } },
    {
      code: 'services_changed',
      params: { before: 'agent.service restart', after: 'other.service reload' },
    },
  ],
])(
  'when %s after the approval, the request returns and says so; nothing was done',
  async ([, change, said]) => {
    const { run, request, digest, untouched } = await drift(change, ({ groups }) =>
      groups.set('agents', { name: 'agents', gid: 900, members: [] }),
    )
    expect(run.state).toBe('superseded')
    expect(run.steps.every(({ state }) => state === 'pending')).toBe(true)
    expect(request).toMatchObject({ state: 'submitted', revision: 2, approvals: [], decided_by: null })
    expect(request.returned).toMatchObject({ kind: 'drift', run_id: 1 })
    expect(request.returned?.differences).toContainEqual(said)
    expect(request.plan.digest).not.toBe(digest)
    expect(untouched()).toBe(true)
  },
)

test('what the plan does not rest on does not matter: other people, other uids, another login', async () => {
  const { run } = await drift({
    machine: (machine) => {
      addAccount(machine, 'bob')
      machine.roster.push({ telegram_id: 7, name: 'Bob', os_user: 'bob', role: 'user' })
      machine.paths.set('/home/bob', { kind: 'directory', uid: 1, gid: 1, mode: 0o700 })
    },
  })
  expect(run.state).toBe('succeeded')
})

test('the roots that the first person’s run makes do not send the second person’s request back', async () => {
  const { run } = await drift(
    { machine: ({ paths }) => paths.set(`${DATA}/history`, folder({ mode: 0o711 })) },
    ({ paths }) => paths.delete(`${DATA}/history`),
  )
  expect(run.state).toBe('succeeded')
})

test('a root that somebody else owns by now does', async () => {
  const { run, request } = await drift({
    machine: ({ paths }) => paths.set(`${DATA}/history`, folder({ uid: 7, gid: 7 })),
  })
  expect(run.state).toBe('superseded')
  expect(request.returned?.differences).toContainEqual({
    code: 'objection',
    params: expect.objectContaining({ violation: 'path_wrong_owner', path: `${DATA}/history` }),
  })
})

test('an approval of the older revision does not count, a new one starts the run', async () => {
  const { request, digest: before } = await drift({
    machine: (machine) => {
      machine.template = 'other'
    },
  })
  const { id, plan } = request
  const old = await fixture.call(admin(7), 'request.approve', { id, digest: before })
  expect(old).toMatchObject({ error: { code: 'digest_differs' } })
  const { request: again } = await fixture.ok(admin(7), 'request.approve', { id, digest: plan.digest })
  expect((await fixture.ended(again.run_id ?? 0)).state).toBe('succeeded')
})

test('an account that gained power since is consented to anew, with a new code', async () => {
  const { request } = await drift(
    {
      machine: ({ power }) =>
        power.set('alice', { groups: ['sudo'], sudoRules: [], linger: false, authorizedKeys: 0 }),
    },
    (machine) => addAccount(machine, 'alice', 1500),
    true,
  )
  expect(request.returned?.differences).toContainEqual({
    code: 'account_groups_changed',
    params: { os_user: 'alice', gained: 'sudo', lost: 'alice' },
  })
  expect(request.missing).toEqual([
    { kind: 'approvals', have: 0, need: 1 },
    { kind: 'terminal' },
    { kind: 'consent' },
  ])
  const again = await fixture.ok(operator, 'request.submit', { id: request.id, digest: request.plan.digest })
  const owner = osUser(1500, 'alice')
  const code = again.claim_code ?? ''
  await fixture.ok(owner, 'claim.accept', { code, digest: request.plan.digest })
})

test('a disk that is full when the run is claimed sends the request back before anything is done', async () => {
  const disk: { path: string; problem: 'disk_full' }[] = []
  fixture = await engineFixture({ disk })
  const { id, plan } = await fixture.submit(operator)
  const approval = fixture.call(operator, 'request.approve', { id, digest: plan.digest })
  disk.push({ path: '/home', problem: 'disk_full' })
  await approval
  expect((await fixture.ended(1)).state).toBe('superseded')
  const { request } = await fixture.ok(operator, 'request.get', { id })
  expect(request.returned?.differences).toEqual([
    { code: 'objection', params: { field: expect.any(String), violation: 'disk_full', path: '/home' } },
  ])
})

/** The config with another role `user`. */
function rolesWith(change: Partial<Role>): Partial<Config> {
  const { roles } = testConfig()
  const user = roles.get('user')
  return { roles: new Map([...roles, ['user', { ...(user ?? role('user')), ...change }]]) }
}

test('an approval that got too old while no worker could run does not start anything', async () => {
  const { run, request, untouched } = await drift({ time: 24 * HOUR })
  expect(run.state).toBe('superseded')
  expect(request).toMatchObject({ state: 'submitted', revision: 2, approvals: [] })
  expect(request.returned).toMatchObject({ kind: 'stale' })
  expect(request.returned?.differences).toEqual([
    { code: 'waited_too_long', params: { approved_at: Date.UTC(2026, 0, 1), expires_ms: 24 * HOUR } },
  ])
  expect(untouched()).toBe(true)
  // Its time begins anew, from when it came back.
  expect(request.expires_at).toBe(fixture.time.now + 24 * HOUR)
})

test('an approval that is not too old yet starts its run, however long nobody could', async () => {
  expect((await drift({ time: 24 * HOUR - 1 })).run.state).toBe('succeeded')
})

test('of several approvals each counts from its own decision on: the oldest too old, and nothing starts', async () => {
  const config = rolesWith({ approval: { count: 2, self: true, step_up: 'none', expiresMs: 24 * HOUR } })
  fixture = await engineFixture({ config, limits: { concurrentRuns: 0 } })
  const { id, plan } = await fixture.submit(operator)
  const decision = { id, digest: plan.digest }
  await fixture.ok(admin(7), 'request.approve', decision)
  fixture.time.now += 23 * HOUR
  expect((await fixture.ok(admin(8), 'request.approve', decision)).request.state).toBe('approved')
  fixture.time.now += 2 * HOUR
  await fixture.restart({ limits: {}, config })
  expect((await fixture.ended(1)).state).toBe('superseded')
  const { request } = await fixture.ok(operator, 'request.get', { id })
  expect(request).toMatchObject({ state: 'submitted', returned: { kind: 'stale' }, approvals: [] })
  expect(fixture.steps).toEqual([])
})

test('an approval that is no longer good can be given anew by the same person', async () => {
  const policy = (expiresMs: number) =>
    rolesWith({ approval: { count: 2, self: true, step_up: 'none', expiresMs } })
  fixture = await engineFixture({ config: policy(24 * HOUR) })
  const { id, plan } = await fixture.submit(operator)
  const decision = { id, digest: plan.digest }
  await fixture.ok(admin(7), 'request.approve', decision)
  fixture.time.now += 2 * HOUR
  await fixture.restart({ config: policy(HOUR) })
  const seen = await fixture.ok(operator, 'request.get', { id })
  expect(seen.request.missing).toEqual([{ kind: 'approvals', have: 0, need: 2 }])
  const again = await fixture.ok(admin(7), 'request.approve', decision)
  expect(again.request.missing).toEqual([{ kind: 'approvals', have: 1, need: 2 }])
  expect(again.request.approvals).toMatchObject([{ by: { key: 'telegram:7' }, at: fixture.time.now }])
})
