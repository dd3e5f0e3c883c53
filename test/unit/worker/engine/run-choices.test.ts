import { afterEach, describe, expect, test } from 'vitest'
import type { StepKind } from '../../../../src/domain/step.ts'
import { crashing } from '../../../support/crashing-database.ts'
import { admin, engineFixture, type Fixture, operator, osUser } from '../../../support/engine-fixture.ts'
import { addAccount } from '../../../support/fake-host.ts'
import type { StepScript } from '../../../support/fake-steps.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

/** What stands in the way of steps; a test takes it out of the way. */
const trouble = { apply: true, undo: true }

function troubled(): Partial<Record<StepKind, StepScript>> {
  trouble.apply = true
  trouble.undo = true
  return { 'smoke-test': { apply: () => (trouble.apply ? { code: 'probe_failed' } : undefined) } }
}

function stuck(): Partial<Record<StepKind, StepScript>> {
  return {
    ...troubled(),
    'data-dirs': { undo: () => (trouble.undo ? { code: 'path_unsafe' } : undefined) },
  }
}

async function eventTypes() {
  return fixture.engine.events.after(0, 1000).map(({ type }) => type)
}

describe('a run that failed and was undone', () => {
  test('offers retry and keep, and nothing else is possible with it', async () => {
    fixture = await engineFixture({ script: troubled() })
    const run = await fixture.onboard()
    expect(run).toMatchObject({ state: 'undone', choices: ['retry', 'keep'], closed: null })
    for (const operation of ['run.resume', 'run.undo'] as const) {
      const refused = await fixture.call(operator, operation, { run_id: 1 })
      expect(refused).toMatchObject({ ok: false })
    }
    const abandoned = await fixture.call(operator, 'run.abandon', { run_id: 1, reason: 'why' })
    expect(abandoned).toMatchObject({ error: { code: 'wrong_state' } })
  })

  test.for([
    ['by chat', admin(7)],
    ['on a terminal', operator],
  ] as const)(
    'is retried %s: its request comes back as a new revision that needs a new approval, and then succeeds',
    async ([, who]) => {
      fixture = await engineFixture({ script: troubled() })
      const before = await fixture.onboard()
      trouble.apply = false
      const { request } = await fixture.ok(who, 'run.retry', { run_id: before.id })
      expect(request).toMatchObject({ id: 1, revision: 2, state: 'submitted', approvals: [] })
      expect(request.missing).toEqual([{ kind: 'approvals', have: 0, need: 1 }])
      const [returned] = fixture.engine.events.after(fixture.engine.events.latest() - 1, 1)
      expect(returned).toMatchObject({ type: 'request.returned', run_id: 1, data: { kind: 'retry' } })
      expect((await fixture.ok(operator, 'run.get', { id: 1 })).run.choices).toEqual([])
      const other = await fixture.call(operator, 'request.draft', {
        answers: { ...request.answers, name: 'Somebody else' },
      })
      expect(other).toMatchObject({
        error: { violations: [{ code: 'held_by_request', params: { request: 1 } }] },
      })
      const { id, plan } = request
      const approved = await fixture.ok(who, 'request.approve', { id, digest: plan.digest })
      const run = await fixture.ended(approved.request.run_id ?? 0)
      expect(run).toMatchObject({ id: 2, request_id: 1, state: 'succeeded', choices: ['undo'] })
    },
  )

  test('is not retried while the host does not agree, and says everything that is wrong', async () => {
    fixture = await engineFixture({ script: troubled() })
    await fixture.onboard()
    addAccount(fixture.machine, 'alice')
    const refused = await fixture.call(operator, 'run.retry', { run_id: 1 })
    expect(refused).toMatchObject({
      error: { code: 'invalid', violations: [{ code: 'os_user_exists' }] },
    })
    const { request } = await fixture.ok(operator, 'request.get', { id: 1 })
    expect(request).toMatchObject({ revision: 1, state: 'approved' })
  })

  test('is not retried while another request holds the person', async () => {
    fixture = await engineFixture({ script: troubled() })
    await fixture.onboard()
    await fixture.submit(admin(7), { name: 'Alice again' })
    const refused = await fixture.call(operator, 'run.retry', { run_id: 1 })
    expect(refused).toMatchObject({ error: { code: 'held', params: { request: 2 } } })
  })

  test('retried twice under one key is retried once; under another key it waits for a decision already', async () => {
    fixture = await engineFixture({ script: troubled() })
    await fixture.onboard()
    const first = await fixture.call(operator, 'run.retry', { run_id: 1 }, 'same')
    const again = await fixture.call(operator, 'run.retry', { run_id: 1 }, 'same')
    expect(again).toEqual(first)
    const other = await fixture.call(operator, 'run.retry', { run_id: 1 }, 'other')
    expect(other).toMatchObject({ error: { code: 'wrong_state' } })
    const { request } = await fixture.ok(operator, 'request.get', { id: 1 })
    expect(request.revision).toBe(2)
  })

  test('is kept by whoever says so first, and then offers nothing', async () => {
    fixture = await engineFixture({ script: troubled() })
    await fixture.onboard()
    const racing = await Promise.all(
      [admin(7), operator, admin(8)].map((who) => fixture.call(who, 'run.keep', { run_id: 1 })),
    )
    expect(racing.filter(({ ok }) => ok)).toHaveLength(1)
    const { run } = await fixture.ok(operator, 'run.get', { id: 1 })
    expect(run).toMatchObject({ state: 'undone', choices: [], closed: { kind: 'kept', reason: null } })
    expect((await eventTypes()).filter((type) => type === 'run.kept')).toHaveLength(1)
    const retried = await fixture.call(operator, 'run.retry', { run_id: 1 })
    expect(retried).toMatchObject({ error: { code: 'wrong_state' } })
  })

  test('is neither retried nor kept by a uid, a newcomer or somebody who only reads', async () => {
    fixture = await engineFixture({ script: troubled() })
    await fixture.onboard()
    for (const operation of ['run.retry', 'run.keep'] as const) {
      const refused = await fixture.call(osUser(1500, 'alice'), operation, { run_id: 1 })
      expect(refused).toMatchObject({ error: { code: 'not_permitted' } })
    }
  })
})

test('a run that was taken back by an undo offers nothing: it did not fail', async () => {
  fixture = await engineFixture()
  await fixture.onboard()
  const { request } = await fixture.ok(operator, 'run.undo', { run_id: 1 })
  const { id, plan } = request
  await fixture.ok(operator, 'request.submit', { id, digest: plan.digest })
  const approved = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
  await fixture.ended(approved.request.run_id ?? 0)
  const { run } = await fixture.ok(operator, 'run.get', { id: 1 })
  expect(run).toMatchObject({ state: 'undone', choices: [] })
})

describe('a run whose undo could not finish', () => {
  test('holds its person, so that nothing else happens to them, and says which run it is', async () => {
    fixture = await engineFixture({ script: stuck() })
    const run = await fixture.onboard()
    expect(run).toMatchObject({ state: 'failed', choices: ['resume', 'abandon'] })
    expect(run.steps.find(({ kind }) => kind === 'data-dirs')).toMatchObject({
      state: 'undo_failed',
      failure: null,
      undo_failure: { code: 'path_unsafe' },
    })
    const answers = { telegram_id: 42, name: 'A', os_user: 'alice', role: 'user', account: 'create' } as const
    const refused = await fixture.call(operator, 'request.draft', { answers })
    expect(refused).toMatchObject({
      error: {
        violations: expect.arrayContaining([
          expect.objectContaining({ code: 'held_by_request', params: { request: 1, run: 1 } }),
        ]),
      },
    })
  })

  test('names what is left from the records, and never a folder that is everybody’s', async () => {
    fixture = await engineFixture({ script: stuck() })
    const { steps } = await fixture.onboard()
    const index = steps.findIndex(({ kind }) => kind === 'data-dirs')
    const made = [
      { path: '/srv/data/memory', by: 'root', uid: null, identity: null },
      { path: '/srv/data/memory/42', by: 'root', uid: 1500, identity: null },
    ]
    fixture.store.runs.setRecord(1, index, { marker: 'm', made })
    const { run } = await fixture.ok(operator, 'run.get', { id: 1 })
    expect(run.by_hand).toEqual([
      { step: 'data-dirs', code: 'folder', params: { path: '/srv/data/memory/42' } },
    ])
  })

  test('is resumed once the cause is gone: undone, and the person free', async () => {
    fixture = await engineFixture({ script: stuck() })
    await fixture.onboard()
    fixture.steps.length = 0
    trouble.undo = false
    const { run: resumed } = await fixture.ok(operator, 'run.resume', { run_id: 1 })
    expect(resumed).toMatchObject({ id: 1, state: 'undoing', choices: [], finished_at: null })
    const run = await fixture.ended(1)
    expect(run).toMatchObject({ state: 'undone', choices: ['retry', 'keep'] })
    expect(run.steps.find(({ kind }) => kind === 'data-dirs')).toMatchObject({
      state: 'undone',
      undo_failure: null,
    })
    expect(fixture.steps).toEqual(['data-dirs undo'])
    expect([...fixture.machine.paths.keys()].filter((path) => path.includes('/42'))).toEqual([])
    trouble.apply = false
    expect((await fixture.onboard({ name: 'Alice again' })).state).toBe('succeeded')
  })

  test('resumed while the cause is still there fails again, as often as it is tried', async () => {
    fixture = await engineFixture({ script: stuck() })
    await fixture.onboard()
    for (let attempt = 0; attempt < 3; attempt++) {
      await fixture.ok(operator, 'run.resume', { run_id: 1 })
      expect((await fixture.ended(1)).choices).toEqual(['resume', 'abandon'])
    }
    expect((await eventTypes()).filter((type) => type === 'run.resumed')).toHaveLength(3)
  })

  test('is not resumed while another request holds the person, and says which', async () => {
    fixture = await engineFixture({ script: stuck() })
    await fixture.onboard()
    const other = await fixture.submit(admin(7), { telegram_id: 43, os_user: 'bob', name: 'Bob' })
    fixture.store.holds.release(1)
    fixture.store.holds.take(['telegram:42'], other.id)
    const refused = await fixture.call(operator, 'run.resume', { run_id: 1 })
    expect(refused).toMatchObject({ error: { code: 'held', params: { request: other.id } } })
  })

  test('that was resumed goes on after the worker was killed', async () => {
    fixture = await engineFixture({ script: stuck() })
    await fixture.onboard()
    trouble.undo = false
    // The answer is committed; the runner has not begun in this turn of the event loop.
    await fixture.ok(operator, 'run.resume', { run_id: 1 })
    await fixture.restart()
    expect((await fixture.ended(1)).state).toBe('undone')
  })

  test.for([1, 2])('of an undo run is resumed by either run (%i), and both end', async (named) => {
    trouble.undo = true
    fixture = await engineFixture({
      script: { 'data-dirs': { undo: () => (trouble.undo ? { code: 'path_unsafe' } : undefined) } },
    })
    await fixture.onboard()
    const { request } = await fixture.ok(operator, 'run.undo', { run_id: 1 })
    const { id, plan } = request
    await fixture.ok(operator, 'request.submit', { id, digest: plan.digest })
    const approved = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    await fixture.ended(approved.request.run_id ?? 0)
    trouble.undo = false
    const { run } = await fixture.ok(operator, 'run.resume', { run_id: named })
    expect(run).toMatchObject({ id: 2, kind: 'undo', state: 'running' })
    expect(await fixture.ended(2)).toMatchObject({ state: 'succeeded', choices: [] })
    const target = (await fixture.ok(operator, 'run.get', { id: 1 })).run
    expect(target.state).toBe('undone')
    expect(
      target.steps.every(({ state, undo_failure }) => /^(undone|kept)$/.test(state) && undo_failure === null),
    ).toBe(true)
    expect((await fixture.onboard()).state).toBe('succeeded')
  })

  test('is abandoned with a reason: the receipt keeps what is left, the person is free', async () => {
    fixture = await engineFixture({ script: stuck() })
    await fixture.onboard()
    const { run } = await fixture.ok(operator, 'run.abandon', { run_id: 1, reason: 'for the auditors' })
    expect(run).toMatchObject({
      state: 'failed',
      choices: [],
      closed: { kind: 'abandoned', by: { key: 'operator' }, reason: 'for the auditors' },
    })
    const [last] = fixture.engine.events.after(fixture.engine.events.latest() - 1, 1)
    expect(last).toMatchObject({ type: 'run.abandoned', data: { left: ['data-dirs'] } })
    const resumed = await fixture.call(operator, 'run.resume', { run_id: 1 })
    expect(resumed).toMatchObject({ error: { code: 'wrong_state' } })
    expect(fixture.store.holds.heldByOther(['os_user:alice', 'telegram:42'], null)).toBeNull()
  })

  test('is never resumed or abandoned by chat', async () => {
    fixture = await engineFixture({ script: stuck() })
    await fixture.onboard()
    for (const call of [
      fixture.call(admin(7), 'run.resume', { run_id: 1 }),
      fixture.call(admin(7), 'run.abandon', { run_id: 1, reason: 'why' }),
    ]) {
      expect(await call).toMatchObject({ error: { code: 'not_permitted' } })
    }
  })
})

test.for(['before', 'after'] as const)(
  'a worker that is killed %s any write of a resumed undo converges to undone',
  { timeout: 60_000 },
  async (when) => {
    for (let at = 1; ; at++) {
      const script = stuck()
      fixture = await engineFixture({ script })
      await fixture.onboard()
      trouble.undo = false
      const { promise: death, resolve: gone } = Promise.withResolvers<void>()
      let crashed = false
      await fixture.restart({
        script,
        // The engine's own start is two writes.
        wrap: crashing(at + 2, when, () => {
          crashed = true
          gone()
        }),
      })
      const resume = () => fixture.call(operator, 'run.resume', { run_id: 1 }, 'the-one')
      const ended = resume().then(() => fixture.ended(1))
      await Promise.race([death, ended.catch(() => undefined)])
      await fixture.restart({ script })
      expect(await resume(), `write ${at}`).toMatchObject({ ok: true })
      expect((await fixture.ended(1)).state, `write ${at}`).toBe('undone')
      expect(fixture.store.holds.heldByOther(['os_user:alice'], null)).toBeNull()
      if (!crashed) {
        expect(at).toBeGreaterThan(3)
        return
      }
      await fixture.remove()
    }
  },
)
