import { afterEach, describe, expect, test } from 'vitest'
import type { StepKind } from '../../../../src/domain/step.ts'
import type { Database } from '../../../../src/store/database.ts'
import { engineFixture, type Fixture, operator } from '../../../support/engine-fixture.ts'
import type { StepScript } from '../../../support/fake-steps.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

class Crash extends Error {}

/**
 * A database whose process dies at the n-th write: `before` it is durable, or right `after`, when nobody hears of it. From then
 * on every call fails, as nothing of a killed process goes on.
 */
function crashing(at: number, when: 'before' | 'after', onCrash: () => void) {
  let writes = 0
  let dead = false
  const die = (): never => {
    if (!dead) onCrash()
    dead = true
    throw new Crash()
  }
  const counted = <T>(write: () => T): T => {
    if (dead) die()
    const fatal = ++writes === at
    if (fatal && when === 'before') die()
    const result = write()
    if (fatal) die()
    return result
  }
  let inside = false
  return (database: Database): Database => ({
    ...database,
    all: (query) => (dead ? die() : database.all(query)),
    first: (query) => (dead ? die() : database.first(query)),
    run: (query) => (dead ? die() : inside ? database.run(query) : counted(() => database.run(query))),
    transaction: (body) =>
      counted(() => {
        inside = true
        try {
          return database.transaction(body)
        } finally {
          inside = false
        }
      }),
  })
}

const failing: Partial<Record<StepKind, StepScript>> = {
  service: { apply: () => ({ code: 'service_not_active' }) },
}

/** Onboards Alice while every write is cut once; returns at which write nothing was left to cut. */
async function crashEverywhere(when: 'before' | 'after', script: Partial<Record<StepKind, StepScript>>) {
  let crashed = true
  let at = 0
  const ends = new Set<string>()
  while (crashed) {
    at++
    crashed = false
    let gone: () => void = () => undefined
    const death = new Promise<void>((resolve) => {
      gone = resolve
    })
    fixture = await engineFixture({ script })
    const { id, plan } = await fixture.submit(operator)
    // The approval is inside: a crash after its commit leaves a queued run that nobody was told of.
    await fixture.restart({
      script,
      // The engine's own start is two writes.
      wrap: crashing(at + 2, when, () => {
        crashed = true
        gone()
      }),
    })
    const approval = fixture.call(operator, 'request.approve', { id, digest: plan.digest }, 'the-approval')
    const ended = approval.then((result) => (result.ok ? fixture.ended(1) : undefined)).catch(() => undefined)
    await Promise.race([death, ended])
    await fixture.restart({ script })
    const again = await fixture.call(operator, 'request.approve', { id, digest: plan.digest }, 'the-approval')
    expect(again.ok, `write ${at}`).toBe(true)
    const run = await fixture.ended(1)
    ends.add(run.state)
    const { machine } = fixture
    const isThere = [machine.accounts.has('alice'), machine.roster.length === 1]
    expect(isThere, `write ${at}`).toEqual(run.state === 'succeeded' ? [true, true] : [false, false])
    expect(
      [...machine.paths.keys()].some((path) => path.endsWith('/42')),
      `write ${at}`,
    ).toBe(run.state === 'succeeded')
    expect(machine.roster.length).toBeLessThan(2)
    await fixture.remove()
  }
  fixture = await engineFixture()
  return { writes: at - 1, ends: [...ends] }
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
      const { writes, ends } = await crashEverywhere(when, failing)
      expect(writes).toBeGreaterThanOrEqual(40)
      expect(ends).toEqual(['undone'])
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
    expect(run.steps[1]).toMatchObject({ state: 'undo_failed', failure: { code: 'undo_incomplete' } })
    expect(fixture.machine.accounts.has('alice')).toBe(false)
  })
})
