import { afterEach, expect, test } from 'vitest'
import { brokenLink, GENESIS_HASH } from '../../../../src/domain/event-hash.ts'
import type { Caller } from '../../../../src/worker/caller.ts'
import { admin, engineFixture, type Fixture, operator } from '../../../support/engine-fixture.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

test('an approved request runs every step in its order and ends with the person on the roster', async () => {
  fixture = await engineFixture()
  const run = await fixture.onboard()
  expect(run).toMatchObject({ state: 'succeeded', kind: 'onboard', undoable: true })
  expect(run.steps.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    'account applied',
    'groups applied',
    'data-dirs applied',
    'memory-seed applied',
    'smoke-test applied',
    'activation applied',
    'roster applied',
    'service applied',
  ])
  expect(fixture.machine.roster).toEqual([{ telegram_id: 42, name: 'Alice', os_user: 'alice', role: 'user' }])
  expect(fixture.machine.expired.has('alice')).toBe(false)
})

test('every transition is an event in an unbroken chain, and followers are told after each commit', async () => {
  fixture = await engineFixture()
  let told = 0
  fixture.engine.events.subscribe(() => told++)
  await fixture.onboard()
  const types = fixture.engine.events.after(0, 100).map(({ type }) => type)
  expect(types).toEqual([
    'worker.started',
    'request.drafted',
    'request.submitted',
    'request.approval',
    'request.approved',
    'run.queued',
    'run.started',
    ...Array.from({ length: 8 }, () => ['step.started', 'step.finished']).flat(),
    'run.succeeded',
  ])
  expect(brokenLink(fixture.store.events.after(0, 100), { id: 0, hash: GENESIS_HASH })).toBeNull()
  // Draft, submit, approve, claim, and one commit a step: a step's end and the next one's begin share it.
  expect(told).toBe(12)
})

test('a failed step is cleaned up, then the steps before it, access first; unreached steps never begin', async () => {
  fixture = await engineFixture({
    script: { 'smoke-test': { apply: () => ({ code: 'not_isolated', detail: 'stderr says why' }) } },
  })
  const run = await fixture.onboard()
  expect(run.state).toBe('undone')
  expect(fixture.steps.filter((entry) => entry.endsWith('undo'))).toEqual([
    'smoke-test undo',
    'memory-seed undo',
    'data-dirs undo',
    'groups undo',
    'account undo',
  ])
  expect(run.steps.map(({ state }) => state)).toEqual([
    ...['undone', 'kept', 'undone', 'undone', 'kept'],
    ...['skipped', 'skipped', 'skipped'],
  ])
  expect(run.steps[4]?.failure).toEqual({ code: 'not_isolated', detail: 'stderr says why' })
  expect(fixture.machine.accounts.has('alice')).toBe(false)
  expect(fixture.machine.restarts).toEqual([])
})

test('a service that fails is settled once, after everything else is undone', async () => {
  fixture = await engineFixture({ script: { service: { apply: () => ({ code: 'service_not_active' }) } } })
  const run = await fixture.onboard()
  expect(run.state).toBe('undone')
  const undos = fixture.steps.filter((entry) => entry.endsWith('undo'))
  expect(undos.slice(0, 2)).toEqual(['roster undo', 'activation undo'])
  expect(undos.at(-1)).toBe('service undo')
  expect(undos.filter((entry) => entry === 'service undo')).toHaveLength(1)
})

test('an undo that cannot finish is a failed run that says what is left, and the other steps are undone anyway', async () => {
  fixture = await engineFixture({
    script: {
      'smoke-test': { apply: () => ({ code: 'probe_failed', detail: 'first cause' }) },
      groups: { undo: () => ({ code: 'program_failed', params: { program: 'gpasswd' } }) },
    },
    machine: (machine) => machine.groups.set('agents', { name: 'agents', gid: 900, members: [] }),
  })
  const run = await fixture.onboard()
  expect(run.state).toBe('failed')
  expect(run.steps[1]).toMatchObject({
    kind: 'groups',
    state: 'undo_failed',
    undo_failure: { code: 'program_failed' },
  })
  expect(run.steps[4]?.failure).toMatchObject({ code: 'probe_failed' })
  expect(fixture.machine.accounts.has('alice')).toBe(false)
  const [last] = fixture.engine.events.after(fixture.engine.events.latest() - 1, 1)
  expect(last).toMatchObject({ type: 'run.failed', data: { left: ['groups'] } })
})

test('a step that overruns its deadline is told to stop and counts as timed out', async () => {
  const aborted: boolean[] = []
  fixture = await engineFixture({
    script: {
      'smoke-test': {
        deadlineMs: 20,
        apply: (signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              aborted.push(true)
              resolve({ code: 'program_failed' })
            })
          }),
      },
    },
  })
  const run = await fixture.onboard()
  expect(aborted).toEqual([true])
  expect(run.state).toBe('undone')
  expect(run.steps[4]?.failure).toEqual({ code: 'timed_out', params: { after_ms: 20 } })
})

test('a step that ignores its deadline is given up after the grace', async () => {
  fixture = await engineFixture({
    limits: { graceMs: 20 },
    script: { activation: { deadlineMs: 10, apply: () => new Promise(() => undefined) } },
  })
  const run = await fixture.onboard()
  expect(run.state).toBe('undone')
  expect(run.steps[5]?.failure?.code).toBe('timed_out')
})

test('a step that was given up can no longer write its record', async () => {
  const late = Promise.withResolvers<undefined>()
  fixture = await engineFixture({
    limits: { graceMs: 20 },
    script: { activation: { deadlineMs: 10, apply: () => late.promise } },
  })
  expect((await fixture.onboard()).state).toBe('undone')
  const recordOf = () => fixture.store.runs.step(1, 5)?.record
  expect(recordOf()).toEqual({ made: true })
  late.resolve(undefined)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(recordOf()).toEqual({ made: true })
})

test('a step that throws is a bug: the run is undone and the cause is on the receipt', async () => {
  fixture = await engineFixture({
    script: {
      activation: {
        apply: () => {
          throw new Error('what nobody thought of')
        },
      },
    },
  })
  const run = await fixture.onboard()
  expect(run.state).toBe('undone')
  expect(run.steps[5]?.failure).toEqual({ code: 'internal', detail: 'what nobody thought of' })
})

test('a step that says it is done and is not is undone like one that failed', async () => {
  fixture = await engineFixture({ script: { activation: { verify: () => ({ code: 'account_changed' }) } } })
  const run = await fixture.onboard()
  expect(run.state).toBe('undone')
  expect(run.steps[5]?.failure?.code).toBe('account_changed')
  expect(fixture.machine.accounts.has('alice')).toBe(false)
})

test('two runs for one OS user never overlap, whatever the queue says', async () => {
  let at = 0
  let most = 0
  const limits = { concurrentRuns: 0 }
  fixture = await engineFixture({
    limits,
    script: {
      'smoke-test': {
        apply: async () => {
          most = Math.max(most, ++at)
          await new Promise((resolve) => setTimeout(resolve, 20))
          at--
          return undefined
        },
      },
    },
  })
  for (const person of [{}, { os_user: 'bob', telegram_id: 43 }]) {
    const { id, plan } = await fixture.submit(operator, person)
    await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
  }
  limits.concurrentRuns = 2
  await fixture.restart({
    wrap: (database) => {
      database.run(database.build.updateTable('runs').set({ os_user: 'alice' }))
      return database
    },
  })
  expect([(await fixture.ended(1)).state, (await fixture.ended(2)).state]).toEqual(['succeeded', 'succeeded'])
  expect(most).toBe(1)
})

test('runs of different people overlap, and never more than the limit at once', async () => {
  let at = 0
  let most = 0
  fixture = await engineFixture({
    limits: { concurrentRuns: 2 },
    script: {
      'smoke-test': {
        apply: async () => {
          most = Math.max(most, ++at)
          await new Promise((resolve) => setTimeout(resolve, 10))
          at--
          return undefined
        },
      },
    },
  })
  const people = ['ann', 'bob', 'cem', 'dan'].map((name, index) => ({
    os_user: name,
    name,
    telegram_id: 100 + index,
  }))
  const runs = await Promise.all(people.map((person) => fixture.onboard(person)))
  expect(runs.map(({ state }) => state)).toEqual(Array(4).fill('succeeded'))
  expect(most).toBe(2)
})

test("one person's failure does not stop another's run", async () => {
  let first = true
  fixture = await engineFixture({
    script: {
      'data-dirs': {
        apply: () => {
          const failure = first ? ({ code: 'path_occupied' } as const) : undefined
          first = false
          return failure
        },
      },
    },
  })
  const [ann, bob] = await Promise.all([
    fixture.onboard({ os_user: 'ann', telegram_id: 7 }),
    fixture.onboard({ os_user: 'bob', telegram_id: 8 }),
  ])
  expect([ann?.state, bob?.state].sort()).toEqual(['succeeded', 'undone'])
})

test('a worker that is told to stop finishes the current side effect and begins no other', async () => {
  let reached: () => void = () => undefined
  let go: () => void = () => undefined
  const atGroups = new Promise<void>((resolve) => {
    reached = resolve
  })
  const released = new Promise<void>((resolve) => {
    go = resolve
  })
  fixture = await engineFixture({
    script: {
      groups: {
        apply: async () => {
          reached()
          await released
          return undefined
        },
      },
    },
  })
  const { id, plan } = await fixture.submit(operator)
  await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
  await atGroups
  const stopped = fixture.engine.stop(1000)
  go()
  await stopped
  expect(fixture.steps).toEqual(['account apply', 'groups apply'])
  const run = await fixture.ok(operator, 'run.get', { id: 1 })
  expect(run.run.steps.map(({ state }) => state).slice(0, 3)).toEqual(['applied', 'applied', 'pending'])
  await fixture.restart()
  expect((await fixture.ended(1)).state).toBe('succeeded')
})

test.for<[string, Caller | null]>([
  ['is nobody any more', null],
  ['is somebody else by now', { ...admin(7), personKey: 'person:8' }],
  ['lost the permission', { ...admin(7), permissions: new Set(['requests.read.all']) }],
])('nobody starts a run whose approver %s', async ([, caller]) => {
  fixture = await engineFixture()
  const { id, plan } = await fixture.submit(operator)
  fixture.callers.set('telegram:7', caller)
  await fixture.ok(admin(7), 'request.approve', { id, digest: plan.digest })
  const run = await fixture.ended(1)
  expect(run.state).toBe('superseded')
  const { request } = await fixture.ok(operator, 'request.get', { id })
  expect(request).toMatchObject({ state: 'submitted', revision: 2, approvals: [] })
  expect(request.returned).toEqual({
    kind: 'drift',
    run_id: 1,
    differences: [{ code: 'approver_lost', params: { by: 'telegram:7' } }],
  })
  expect(fixture.steps).toEqual([])
})
