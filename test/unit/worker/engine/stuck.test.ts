import { afterEach, describe, expect, test } from 'vitest'
import type { Stuck } from '../../../../src/domain/run.ts'
import type { Database } from '../../../../src/store/database.ts'
import { statusLines } from '../../../../src/texts/about.ts'
import { runLines } from '../../../../src/texts/runs.ts'
import { createWords } from '../../../../src/texts/words.ts'
import { admin, engineFixture, type Fixture, operator } from '../../../support/engine-fixture.ts'

const words = createWords('en')

const DAY = 86_400_000

let fixture: Fixture
afterEach(() => fixture.remove())

async function approve(answers = {}): Promise<number> {
  const { id, plan } = await fixture.submit(operator, answers)
  const { request } = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
  return request.run_id ?? 0
}

async function stuckOf(id: number): Promise<Stuck | null> {
  return (await fixture.ok(operator, 'run.get', { id })).run.stuck
}

async function becomes(id: number, code: Stuck['code'] | null): Promise<Stuck | null> {
  await expect.poll(async () => (await stuckOf(id))?.code ?? null, { interval: 2 }).toBe(code)
  return stuckOf(id)
}

const announced = () => fixture.engine.events.after(0, 1000).filter(({ type }) => type === 'run.stuck')

/** A step that goes on when it is let. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  return { apply: () => promise, open: () => resolve(undefined) }
}

describe('a run that does not go on', () => {
  test('because a step takes longer than usual says which, since when, to admins too, until it goes on', async () => {
    const { apply, open } = gate()
    fixture = await engineFixture({ script: { groups: { apply } }, limits: { usualStepMs: 20 } })
    const id = await approve()
    const stuck = await becomes(id, 'slow_step')
    expect(stuck).toEqual({
      code: 'slow_step',
      params: { step: 'groups', usual_ms: 20, deadline_ms: 5000 },
      since: fixture.time.now,
    })
    const { details, ...coarse } = await fixture.ok(operator, 'status', {})
    expect(details?.stuck).toEqual([{ run_id: id, stuck }])
    const said = "run 1: the step 'Groups' takes longer than usual"
    expect(statusLines(words, { ...coarse, details }, 0).some(({ text }) => text.startsWith(said))).toBe(true)
    const { run } = await fixture.ok(operator, 'run.get', { id })
    expect(runLines(words, run)[1]?.text).toContain("the step 'Groups' takes longer than usual (20 ms)")
    expect(announced()).toMatchObject([
      { run_id: id, data: { code: 'slow_step', params: { step: 'groups' } } },
    ])
    open()
    expect(await fixture.ended(id)).toMatchObject({ state: 'succeeded', stuck: null })
    expect((await fixture.ok(operator, 'status', {})).details?.stuck).toEqual([])
    expect(announced()).toHaveLength(1)
  })

  test('because as many as may are under way waits for its turn, which is nothing to alarm anybody with', async () => {
    const { apply, open } = gate()
    fixture = await engineFixture({ script: { groups: { apply } }, limits: { concurrentRuns: 1 } })
    const first = await approve()
    const second = await approve({ telegram_id: 43, os_user: 'bob' })
    expect(await becomes(second, 'turn')).toMatchObject({ params: { running: 1 } })
    expect(await stuckOf(first)).toBeNull()
    open()
    for (const id of [first, second]) expect((await fixture.ended(id)).state).toBe('succeeded')
    expect(announced()).toEqual([])
  })

  test('because somebody else changes accounts says who holds the lock', async () => {
    let locked = true
    const failure = {
      code: 'account_locked_by_other',
      params: { path: '/etc/passwd.lock', held_by: 'process', pid: 4711, program: 'vipw' },
    } as const
    fixture = await engineFixture({ script: { account: { apply: () => (locked ? failure : undefined) } } })
    const id = await approve()
    expect(await becomes(id, 'lock')).toMatchObject({ params: { pid: 4711, program: 'vipw' } })
    const { run } = await fixture.ok(operator, 'run.get', { id })
    expect(runLines(words, run)[1]?.text).toContain('/etc/passwd.lock, held by vipw (4711)')
    locked = false
    expect((await fixture.ended(id)).state).toBe('succeeded')
  })

  test('because the disk is full says so and that it is tried again; with room it ends, and nothing was undone', async () => {
    let full = false
    let tries = 0
    const wrap = (database: Database): Database => ({
      ...database,
      transaction: (body) => {
        if (full) throw Object.assign(new Error('database or disk is full'), { errcode: 13 })
        return database.transaction(body)
      },
    })
    fixture = await engineFixture({
      wrap,
      limits: { retryMs: 10 },
      script: {
        groups: {
          apply: () => {
            full ||= ++tries === 1
            return undefined
          },
        },
      },
    })
    const id = await approve()
    expect(await becomes(id, 'interrupted')).toMatchObject({ params: { why: 'disk_full', every_ms: 10 } })
    // More than one try later it is still the same trouble, since the same time.
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await stuckOf(id)).toMatchObject({ code: 'interrupted' })
    full = false
    const run = await fixture.ended(id)
    expect(run.state).toBe('succeeded')
    expect(tries).toBeGreaterThan(1)
    expect(fixture.steps.filter((step) => step.endsWith('undo'))).toEqual([])
  })

  test('because of a mistake in Usher is announced once, however often it is tried, and gone when it ends', async () => {
    let broken = true
    fixture = await engineFixture({
      limits: { retryMs: 5 },
      wrap: (database) => ({
        ...database,
        transaction: (body) =>
          database.transaction(() => {
            const result = body()
            if (broken && fixture?.steps.at(-1) === 'groups apply') throw new Error('a bug')
            return result
          }),
      }),
    })
    const id = await approve()
    expect(await becomes(id, 'interrupted')).toMatchObject({ params: { why: 'internal' } })
    broken = false
    expect(await fixture.ended(id)).toMatchObject({ stuck: null })
  })
})

describe('a clock that was set back', () => {
  test('before the approval keeps the run waiting, with the reason, until it is right again', async () => {
    fixture = await engineFixture({ limits: { concurrentRuns: 0 } })
    const id = await approve()
    fixture.time.now -= DAY
    await fixture.restart({ limits: { retryMs: 5 } })
    expect(await becomes(id, 'clock_behind')).toMatchObject({ params: { now: fixture.time.now } })
    expect(announced()).toHaveLength(1)
    expect(fixture.steps).toEqual([])
    fixture.time.now += DAY
    expect((await fixture.ended(id)).state).toBe('succeeded')
  })

  test('a little, as time servers do, delays nothing', async () => {
    fixture = await engineFixture({ limits: { concurrentRuns: 0 } })
    const id = await approve()
    fixture.time.now -= 60_000
    await fixture.restart({ limits: {} })
    expect((await fixture.ended(id)).state).toBe('succeeded')
  })

  test('before the request was submitted lets nobody approve it, and lets it not lapse', async () => {
    fixture = await engineFixture()
    const { id, plan } = await fixture.submit(operator)
    fixture.time.now -= 365 * DAY
    const early = await fixture.call(admin(7), 'request.approve', { id, digest: plan.digest })
    expect(early).toMatchObject({ error: { code: 'clock_behind' } })
    fixture.time.now += 365 * DAY
    const { request } = await fixture.ok(admin(7), 'request.approve', { id, digest: plan.digest })
    expect(request.state).toBe('approved')
  })
})
