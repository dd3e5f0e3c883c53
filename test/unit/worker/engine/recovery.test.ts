import { afterEach, describe, expect, test } from 'vitest'
import type { StepKind } from '../../../../src/domain/step.ts'
import type { RequestView } from '../../../../src/protocol/views.ts'
import { crashing } from '../../../support/crashing-database.ts'
import { engineFixture, type Fixture, operator } from '../../../support/engine-fixture.ts'
import type { StepScript } from '../../../support/fake-steps.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

const failing: Partial<Record<StepKind, StepScript>> = {
  service: { apply: () => ({ code: 'service_not_active' }) },
}

interface Scene {
  script?: Partial<Record<StepKind, StepScript>>
  /** Makes the request whose approval and run are cut. */
  prepare?: (made: Fixture) => Promise<RequestView>
}

/**
 * Approves a request and lets its run go, once for every write in it, cut at that write; then starts another worker on the
 * same database and host. Returns the number of writes and how the runs ended.
 */
async function crashEverywhere(
  when: 'before' | 'after',
  { script = {}, prepare = (made) => made.submit(operator) }: Scene,
) {
  const ends = new Set<string>()
  for (let at = 1; ; at++) {
    let crashed = false
    let gone: () => void = () => undefined
    const death = new Promise<void>((resolve) => {
      gone = resolve
    })
    fixture = await engineFixture({ script })
    const { id, plan } = await prepare(fixture)
    // The approval is inside: a crash after its commit leaves a queued run that nobody was told of.
    await fixture.restart({
      script,
      // The engine's own start is two writes.
      wrap: crashing(at + 2, when, () => {
        crashed = true
        gone()
      }),
    })
    const approve = () =>
      fixture.call(operator, 'request.approve', { id, digest: plan.digest }, 'the-approval')
    const runOf = (result: Awaited<ReturnType<typeof approve>>) =>
      fixture.ended(result.ok ? (result.output.request.run_id ?? 0) : 0)
    await Promise.race([
      death,
      approve()
        .then(runOf)
        .catch(() => undefined),
    ])
    await fixture.restart({ script })
    const run = await runOf(await approve())
    ends.add(run.state)
    const { machine } = fixture
    const isThere = run.kind === 'onboard' && run.state === 'succeeded'
    expect(machine.accounts.has('alice'), `write ${at}`).toBe(isThere)
    expect(machine.roster.length, `write ${at}`).toBe(isThere ? 1 : 0)
    const folders = [...machine.paths.keys()].filter((path) => path.includes('/42'))
    expect(folders.length > 0, `write ${at}`).toBe(isThere)
    if (!crashed) return { writes: at - 1, ends: [...ends] }
    await fixture.remove()
  }
}

describe('a worker that is killed', () => {
  test.for(['before', 'after'] as const)(
    '%s any write of a run converges to succeeded',
    { timeout: 60_000 },
    async (when) => {
      const { writes, ends } = await crashEverywhere(when, {})
      // Idempotency check, approval, claim, and of each step two journal entries and a transition.
      expect(writes).toBeGreaterThanOrEqual(26)
      expect(ends).toEqual(['succeeded'])
    },
  )

  test.for(['before', 'after'] as const)(
    '%s any write of a failing run converges to undone',
    { timeout: 60_000 },
    async (when) => {
      const { writes, ends } = await crashEverywhere(when, { script: failing })
      expect(writes).toBeGreaterThanOrEqual(40)
      expect(ends).toEqual(['undone'])
    },
  )

  test.for(['before', 'after'] as const)(
    '%s any write of taking a run back converges to undone',
    { timeout: 60_000 },
    async (when) => {
      const prepare = async (made: Fixture) => {
        await made.onboard()
        const { request } = await made.ok(operator, 'run.undo', { run_id: 1 })
        const { id, plan } = request
        return (await made.ok(operator, 'request.submit', { id, digest: plan.digest })).request
      }
      const { writes, ends } = await crashEverywhere(when, { prepare })
      expect(writes).toBeGreaterThanOrEqual(18)
      expect(ends).toEqual(['succeeded'])
      expect((await fixture.ok(operator, 'run.get', { id: 1 })).run.state).toBe('undone')
    },
  )

  test('over and over in the same step ends with that step as the cause, undone', async () => {
    fixture = await engineFixture({ script: { groups: { apply: () => new Promise(() => undefined) } } })
    const { id, plan } = await fixture.submit(operator)
    await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    const state = () => fixture.store.runs.step(1, 1)
    for (let attempt = 1; attempt <= 3; attempt++) {
      while (state()?.attempts !== attempt) await new Promise((resolve) => setTimeout(resolve, 1))
      await fixture.restart()
    }
    const run = await fixture.ended(1)
    expect(run.state).toBe('undone')
    expect(run.steps[1]?.failure).toMatchObject({ code: 'interrupted' })
  })

  test('and whose record of a step is damaged ends as failed, with the cause, and undoes the other steps', async () => {
    fixture = await engineFixture({ script: { groups: { apply: () => new Promise(() => undefined) } } })
    const { id, plan } = await fixture.submit(operator)
    await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    while (fixture.store.runs.step(1, 1)?.record === null)
      await new Promise((resolve) => setTimeout(resolve, 1))
    await fixture.restart({
      wrap: (database) => {
        const damaged = database.build
          .updateTable('run_steps')
          .set({ record: '{"made":' })
          .where('run_id', '=', 1)
          .where('idx', '=', 1)
        database.run(damaged)
        return database
      },
    })
    const run = await fixture.ended(1)
    expect(run.state).toBe('failed')
    expect(run.steps[1]).toMatchObject({ state: 'undo_failed', undo_failure: { code: 'undo_incomplete' } })
    expect(fixture.machine.accounts.has('alice')).toBe(false)
  })

  test.for([
    ['had begun', 1, 'failed', 'undo_failed'],
    ['had not begun', 2, 'undone', 'undone'],
  ] as const)(
    'and replaced by a version that does not know a step that %s ends with the cause and with nothing begun after it',
    async ([, index, runState, stepState]) => {
      fixture = await engineFixture({ script: { groups: { apply: () => new Promise(() => undefined) } } })
      const { id, plan } = await fixture.submit(operator)
      await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
      while (fixture.store.runs.step(1, 1)?.record === null)
        await new Promise((resolve) => setTimeout(resolve, 1))
      const ofAnotherVersion = 'kubeconfig'
      await fixture.restart({
        script: {},
        wrap: (database) => {
          const other = database.build
            .updateTable('run_steps')
            .set({ kind: ofAnotherVersion })
            .where('run_id', '=', 1)
            .where('idx', '=', index)
          database.run(other)
          return database
        },
      })
      const run = await fixture.ended(1)
      expect(run.state).toBe(runState)
      expect(run.steps[index]).toMatchObject({
        state: stepState,
        failure: { code: 'step_unknown', params: { kind: ofAnotherVersion } },
      })
      expect(run.steps.slice(index + 1).every(({ state }) => state === 'skipped')).toBe(true)
      expect(fixture.machine.accounts.has('alice')).toBe(false)
    },
  )
})
