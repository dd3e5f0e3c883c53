import { afterEach, expect, test, vi } from 'vitest'
import { engineFixture, type Fixture, operator } from '../../../support/engine-fixture.ts'

let fixture: Fixture
afterEach(async () => {
  vi.useRealTimers()
  await fixture.remove()
})

const DAY = 24 * 3_600_000

test('drafts that nobody submitted are forgotten with the last answer that names them; everything else and all events stay', async () => {
  fixture = await engineFixture()
  const run = await fixture.onboard()
  const { request } = await fixture.ok(operator, 'request.draft', {
    answers: {
      telegram_id: 43,
      name: 'Bob',
      os_user: 'bob',
      role: 'user',
      account: 'create',
      proof: 'typed',
    },
  })
  const withdrawn = await fixture.submit(operator, { telegram_id: 44, os_user: 'carol' })
  await fixture.ok(operator, 'request.cancel', { id: withdrawn.id })
  fixture.time.now += DAY
  expect((await fixture.ok(operator, 'request.get', { id: request.id })).request.state).toBe('expired')
  fixture.time.now += 7 * DAY
  await fixture.restart()
  expect(fixture.store.requests.get(request.id)).not.toBeNull()
  fixture.time.now += 1
  await fixture.restart()
  expect(fixture.store.requests.get(request.id)).toBeNull()
  for (const id of [run.request_id, withdrawn.id]) expect(fixture.store.requests.get(id)?.id).toBe(id)
  const told = await fixture.ok(operator, 'audit.list', { request: request.id })
  expect(told.entries.map(({ type }) => type)).toEqual(['request.expired', 'request.drafted'])
  expect((await fixture.ok(operator, 'audit.verify', {})).findings).toEqual([])
})

test('what is old is forgotten while the worker runs, however much it is', async () => {
  fixture = await engineFixture({ limits: { idempotencyMs: 1000 } })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  await fixture.restart()
  const scope = (key: string) => ({ actorKey: 'os:1', operation: 'request.deny', key })
  fixture.store.transaction(() => {
    for (let n = 0; n < 1000; n++) {
      fixture.store.idempotency.put(scope(`k${n}`), { inputHash: 'i', output: '{}' }, fixture.time.now)
    }
  })
  fixture.time.now += 2000
  vi.advanceTimersByTime(3_600_000)
  vi.useRealTimers()
  await expect
    .poll(() => [0, 500, 999].map((n) => fixture.store.idempotency.find(scope(`k${n}`))))
    .toEqual([...[null, null, null]])
})
