import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import {
  engineFixture,
  type Fixture,
  type FixtureOptions,
  operator,
} from '../../../support/engine-fixture.ts'
import { DATA } from '../../../support/fake-host.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const FIRST = 5 * MINUTE

let fixture: Fixture
afterEach(() => fixture.remove())

const schedule = (change: object = {}): FixtureOptions => ({
  config: {
    reconcile: { everyMs: 6 * HOUR, smoke: false, alarmAfterMs: 24 * HOUR, ignoreAccounts: [], ...change },
  },
  limits: { reconcileTickMs: 1, firstReconcileMs: FIRST },
})

const told = (type: string) => fixture.engine.events.after(0, 5000).filter((event) => event.type === type)
const passes = () => told('reconcile.finished').length

/** Long enough for several ticks: that nothing happens can only be waited for. */
const ticks = () => new Promise((resolve) => setTimeout(resolve, 30))

async function advance(ms: number): Promise<void> {
  fixture.time.now += ms
  await ticks()
}

describe('the schedule', () => {
  test('looks for the first time a while after the start, and then every so often', async () => {
    fixture = await engineFixture(schedule())
    await ticks()
    expect(passes()).toBe(0)
    await advance(FIRST)
    await expect.poll(passes).toBe(1)
    await advance(6 * HOUR - MINUTE)
    expect(passes()).toBe(1)
    await advance(MINUTE)
    await expect.poll(passes).toBe(2)
    expect(told('reconcile.finished').map(({ actor }) => actor)).toEqual(['worker', 'worker'])
  })

  test('goes on where it was after a restart', async () => {
    fixture = await engineFixture(schedule())
    await advance(FIRST)
    await expect.poll(passes).toBe(1)
    await fixture.restart()
    await advance(5 * HOUR)
    expect(passes()).toBe(1)
    await advance(HOUR)
    await expect.poll(passes).toBe(2)
  })

  test('counts what somebody asked for in between', async () => {
    fixture = await engineFixture(schedule())
    await fixture.ok(operator, 'reconcile.run', {})
    await fixture.restart()
    await advance(5 * HOUR)
    expect(passes()).toBe(1)
  })

  test('is late by one interval at most when the clock is set back, and not at all when it is set forward', async () => {
    fixture = await engineFixture(schedule())
    await advance(FIRST)
    await expect.poll(passes).toBe(1)
    await advance(-1000 * HOUR)
    expect(passes()).toBe(1)
    await advance(6 * HOUR)
    await expect.poll(passes).toBe(2)
    await advance(1000 * HOUR)
    await expect.poll(passes).toBe(3)
  })

  test('does not exist when the config says never', async () => {
    fixture = await engineFixture(schedule({ everyMs: null }))
    await advance(1000 * HOUR)
    expect(passes()).toBe(0)
    expect(told('reconcile.overdue')).toEqual([])
  })

  test('asks for repairs that expire like any others', async () => {
    fixture = await engineFixture(schedule({ everyMs: 90 * 24 * HOUR }))
    await fixture.onboard()
    fixture.machine.paths.delete(join(DATA, 'memory/42'))
    await advance(FIRST)
    await expect.poll(() => fixture.store.requests.openRepairs().length).toBe(1)
    expect(fixture.store.requests.nextExpiry()).toBe(fixture.time.now + 24 * HOUR)
  })

  test('does not ask again by itself after a repair failed', async () => {
    fixture = await engineFixture({ ...schedule() })
    await fixture.onboard()
    await fixture.restart({ script: { 'data-dirs': { verify: () => ({ code: 'internal' }) } } })
    for (const name of ['memory/42', 'history/42']) fixture.machine.paths.delete(join(DATA, name))
    const { reconciliation } = await fixture.ok(operator, 'reconcile.run', {})
    const { id, digest } = reconciliation
    const approved = await fixture.ok(operator, 'reconcile.approve', { id: id ?? 0, digest: digest ?? '' })
    const run = await fixture.ended(approved.reconciliation.requests[0]!.run_id ?? 0)
    expect(run.state).toBe('undone')
    await advance(7 * HOUR)
    await expect.poll(passes).toBe(2)
    expect(fixture.store.requests.openRepairs()).toEqual([])
    expect(fixture.store.reconciliations.newest()?.findings).toHaveLength(2)
  })
})

describe('a reconciliation that does not succeed for too long', () => {
  test('is told once, and once more after it had succeeded again', async () => {
    fixture = await engineFixture(schedule())
    await advance(FIRST)
    await expect.poll(passes).toBe(1)
    const succeededAt = fixture.time.now
    fixture.machine.rosterProblem = 'line 1: nonsense'
    for (let n = 0; n < 6; n += 1) await advance(6 * HOUR)
    await expect.poll(() => told('reconcile.failed').length).toBe(6)
    expect(told('reconcile.overdue').map(({ data }) => data)).toEqual([{ since: succeededAt }])
    await fixture.restart()
    await advance(7 * HOUR)
    expect(told('reconcile.overdue')).toHaveLength(1)
    fixture.machine.rosterProblem = null
    await advance(7 * HOUR)
    await expect.poll(passes).toBe(2)
    fixture.machine.rosterProblem = 'line 1: nonsense'
    for (let n = 0; n < 6; n += 1) await advance(6 * HOUR)
    await expect.poll(() => told('reconcile.overdue').length).toBe(2)
  })

  test('is not told of a machine that was off, when its first look succeeds', async () => {
    fixture = await engineFixture(schedule())
    await advance(FIRST)
    await expect.poll(passes).toBe(1)
    await fixture.restart()
    fixture.time.now += 100 * HOUR
    await fixture.restart()
    await advance(FIRST)
    await expect.poll(passes).toBe(2)
    await ticks()
    expect(told('reconcile.overdue')).toEqual([])
  })
})
