import { afterEach, expect, test } from 'vitest'
import type { StepFailure } from '../../../../src/domain/step.ts'
import { engineFixture, type Fixture, operator } from '../../../support/engine-fixture.ts'

const locked: StepFailure = {
  code: 'account_locked_by_other',
  params: { path: '/etc/passwd.lock', held_by: 'empty' },
}
let fixture: Fixture
afterEach(() => fixture.remove())

test('a step that meets the lock of somebody else is tried again until it is free', async () => {
  let tries = 0
  fixture = await engineFixture({
    script: { groups: { apply: () => (++tries < 3 ? locked : undefined) } },
  })
  expect(await fixture.onboard()).toMatchObject({ state: 'succeeded' })
  expect(tries).toBe(3)
  // It is one attempt for the journal: only interruptions of the worker count.
  expect(fixture.store.runs.steps(1).map(({ attempts }) => attempts)).not.toContain(2)
})

test('the wait ends with the patience, and the undo has one of its own', async () => {
  let undoTries = 0
  fixture = await engineFixture({
    limits: { lockPatienceMs: 150 },
    script: {
      groups: { apply: () => locked, undo: () => (++undoTries < 2 ? locked : undefined) },
    },
  })
  const run = await fixture.onboard()
  expect(run.state).toBe('undone')
  expect(run.steps.find(({ kind }) => kind === 'groups')?.failure).toMatchObject(locked)
  expect(undoTries).toBe(2)
})

test('another failure is not waited for', async () => {
  let tries = 0
  fixture = await engineFixture({
    script: {
      groups: {
        apply: () => {
          tries++
          return { code: 'program_failed' }
        },
      },
    },
  })
  expect(await fixture.onboard()).toMatchObject({ state: 'undone' })
  expect(tries).toBe(1)
})

test('a worker that is told to stop stops waiting at once, and the next one goes on with the run', async () => {
  const waiting = Promise.withResolvers<void>()
  let isLocked = true
  fixture = await engineFixture({
    limits: { lockPatienceMs: 60_000 },
    script: {
      groups: {
        apply: () => {
          waiting.resolve()
          return isLocked ? locked : undefined
        },
      },
    },
  })
  const { id, plan } = await fixture.submit(operator)
  await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
  await waiting.promise
  const begin = performance.now()
  await fixture.engine.stop(0)
  expect(performance.now() - begin).toBeLessThan(5000)
  expect(fixture.store.runs.get(1)?.state).toBe('running')
  isLocked = false
  await fixture.restart()
  const run = await fixture.ended(1)
  expect(run.state).toBe('succeeded')
  expect(run.steps.filter(({ failure }) => failure !== null)).toEqual([])
})
