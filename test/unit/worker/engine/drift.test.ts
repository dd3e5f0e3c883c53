import { afterEach, expect, test } from 'vitest'
import { admin, engineFixture, type Fixture, operator, osUser } from '../../../support/engine-fixture.ts'
import { addAccount, DATA, type FakeMachine } from '../../../support/fake-host.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

/** Approves Alice; then the host changes before the run is claimed. */
async function drift(
  change: (machine: FakeMachine) => void,
  machine?: (machine: FakeMachine) => void,
  adopt = false,
) {
  fixture = await engineFixture(machine === undefined ? {} : { machine })
  const submitted = await fixture.submit(operator, adopt ? { account: 'adopt', reason: 'mine' } : {})
  const { id, plan } = submitted
  const approval = fixture.call(operator, 'request.approve', { id, digest: plan.digest })
  // The claim looks at the host after the approval was committed, which is in this same turn of the event loop.
  change(fixture.machine)
  const approved = await approval
  expect(approved.ok).toBe(true)
  const run = await fixture.ended(1)
  const { request } = await fixture.ok(operator, 'request.get', { id })
  return { run, request, before: plan.digest }
}

test.for<[string, (machine: FakeMachine) => void, string]>([
  [
    'a folder got another group',
    ({ paths }) => paths.set(DATA, { kind: 'directory', uid: 0, gid: 7, mode: 0o711 }),
    `the path ${DATA} changed`,
  ],
  ['the account appeared', (machine) => addAccount(machine, 'alice'), 'the account changed'],
  [
    'the roster names the Telegram id',
    ({ roster }) => roster.push({ telegram_id: 42, name: 'X', os_user: 'x', role: 'user' }),
    'the roster changed',
  ],
  [
    'the template is another one',
    (machine) => {
      machine.template = 'other'
    },
    'the memory template changed',
  ],
])('when %s after the approval, the request returns and says so', async ([, change, reason]) => {
  const { run, request, before } = await drift(change)
  expect(run.state).toBe('superseded')
  expect(run.steps.every(({ state }) => state === 'pending')).toBe(true)
  expect(request).toMatchObject({ state: 'submitted', revision: 2, approvals: [], decided_by: null })
  expect(request.missing).toEqual([{ kind: 'approvals', have: 0, need: 1 }])
  expect(request.reason).toContain(reason)
  expect(request.plan.digest).not.toBe(before)
  expect(fixture.steps).toEqual([])
})

test('what the plan does not rest on does not matter: other people, other uids, another login', async () => {
  const { run } = await drift((machine) => {
    addAccount(machine, 'bob')
    machine.roster.push({ telegram_id: 7, name: 'Bob', os_user: 'bob', role: 'user' })
    machine.paths.set('/home/bob', { kind: 'directory', uid: 1, gid: 1, mode: 0o700 })
  })
  expect(run.state).toBe('succeeded')
})

test('the roots that the first person’s run makes do not send the second person’s request back', async () => {
  const { run } = await drift(
    ({ paths }) => paths.set(`${DATA}/history`, { kind: 'directory', uid: 0, gid: 0, mode: 0o711 }),
    ({ paths }) => paths.delete(`${DATA}/history`),
  )
  expect(run.state).toBe('succeeded')
})

test('a root that somebody else owns by now does', async () => {
  const { run, request } = await drift(({ paths }) =>
    paths.set(`${DATA}/history`, { kind: 'directory', uid: 7, gid: 7, mode: 0o711 }),
  )
  expect(run.state).toBe('superseded')
  expect(request.reason).toContain('path wrong owner')
})

test('an approval of the older revision does not count, a new one starts the run', async () => {
  const { request, before } = await drift((machine) => {
    machine.template = 'other'
  })
  const { id, plan } = request
  const old = await fixture.call(admin(7), 'request.approve', { id, digest: before })
  expect(old).toMatchObject({ error: { code: 'digest_differs' } })
  const { request: again } = await fixture.ok(admin(7), 'request.approve', { id, digest: plan.digest })
  expect((await fixture.ended(again.run_id ?? 0)).state).toBe('succeeded')
})

test('an account that gained power since is consented to anew, with a new code', async () => {
  const { request } = await drift(
    ({ power }) => power.set('alice', { groups: ['sudo'], sudoRules: [], linger: false, authorizedKeys: 0 }),
    (machine) => addAccount(machine, 'alice', 1500),
    true,
  )
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
  expect(request.reason).toContain('disk full /home')
})
