import { afterEach, expect, test } from 'vitest'
import { fillStore } from '../../../support/big-history.ts'
import { admin, engineFixture, type Fixture, operator } from '../../../support/engine-fixture.ts'
import { parseScrape } from '../../../support/prometheus.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

const scrape = async () => parseScrape(await fixture.engine.metrics())

test('a scrape counts what happened: requests, runs, steps, events, approvals', async () => {
  fixture = await engineFixture()
  await fixture.onboard()
  const before = await scrape()
  expect(before.value('usher_requests', { state: 'approved' })).toBe(1)
  expect(before.value('usher_runs', { state: 'succeeded' })).toBe(1)
  expect(before.value('usher_runs', { state: 'queued' })).toBe(0)
  expect(before.value('usher_run_duration_seconds_count', { kind: 'onboard', outcome: 'succeeded' })).toBe(1)
  expect(before.value('usher_step_duration_seconds_count', { kind: 'account', outcome: 'applied' })).toBe(1)
  expect(before.value('usher_events_total', { type: 'request.approval' })).toBe(1)
  expect(before.value('usher_history_events_total')).toBe(fixture.store.events.latest())
  expect(before.value('usher_approvals_total', { via: 'terminal' })).toBe(1)
  expect(before.value('usher_chat_frozen')).toBe(0)
  expect(before.value('usher_people')).toBe(1)
  await fixture.ok(operator, 'chat.freeze', {})
  const waiting = await fixture.submit(operator, { telegram_id: 77, os_user: 'waits' })
  fixture.time.now += 90_000
  const after = await scrape()
  expect(after.value('usher_chat_frozen')).toBe(1)
  expect(after.value('usher_events_total', { type: 'chat.frozen' })).toBe(1)
  expect(after.value('usher_requests', { state: 'submitted' })).toBe(1)
  expect(after.value('usher_decision_oldest_waiting_seconds')).toBe(90)
  await fixture.ok(operator, 'request.deny', { id: waiting.id })
  expect((await scrape()).value('usher_decision_oldest_waiting_seconds')).toBe(0)
})

test('what was rolled back is not counted', async () => {
  fixture = await engineFixture()
  const before = (await scrape()).series.filter(({ name }) => name === 'usher_events_total')
  await fixture.call(admin(999), 'request.approve', { id: 1, digest: 'x'.repeat(22) })
  expect((await scrape()).series.filter(({ name }) => name === 'usher_events_total')).toEqual(before)
})

test('every metric has help, a type and a name by the conventions', async () => {
  fixture = await engineFixture()
  await fixture.onboard()
  const { families } = await scrape()
  expect(families.size).toBeGreaterThan(20)
  for (const [name, { type, help }] of families) {
    expect(name).toMatch(/^(usher|process)_[a-z_]+$/)
    expect(help.length, name).toBeGreaterThan(10)
    expect(name.endsWith('_total'), name).toBe(
      type === 'COUNTER' || name === 'usher_event_loop_busy_seconds_total',
    )
    expect(name).not.toMatch(/_(ms|milliseconds|kb|percent)$/)
  }
})

test('no name, id or text of anybody stands in a scrape', async () => {
  fixture = await engineFixture()
  const canaries = { name: 'Canary Person', os_user: 'canary-user', telegram_id: 987_654_321 }
  const request = await fixture.submit(operator, { ...canaries, github: 'canary-hub' })
  await fixture.ok(operator, 'request.approve', { id: request.id, digest: request.plan.digest })
  await fixture.ok(operator, 'block.add', { telegram_id: 555_444_333, reason: 'canary reason' })
  const text = await fixture.engine.metrics()
  for (const canary of ['Canary', 'canary', '987654321', '555444333']) expect(text).not.toContain(canary)
  const words = /^[a-z0-9][a-z0-9_.-]*$|^\+Inf$|^v[0-9.]+$|^[0-9.e-]+$/
  for (const { name, labels } of parseScrape(text).series) {
    for (const value of Object.values(labels)) expect(value, name).toMatch(words)
  }
})

test('a scrape with 10,000 requests takes less than 20 ms', async () => {
  fixture = await engineFixture()
  fillStore(fixture.store, { people: 100, requests: 10_000, events: 40_000 }, fixture.time.now)
  const times: number[] = []
  for (let n = 0; n < 15; n++) {
    const begin = performance.now()
    await fixture.engine.metrics()
    times.push(performance.now() - begin)
  }
  // The middle one: others work on this machine, too.
  expect(times.toSorted((a, b) => a - b)[7]).toBeLessThan(20)
}, 60_000)
