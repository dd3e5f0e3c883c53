import { afterEach, expect, test } from 'vitest'
import type { Database } from '../../../../src/store/database.ts'
import { engineFixture, type Fixture, operator } from '../../../support/engine-fixture.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

test('a decision whose commit took effect although it reported an error starts its run, and followers hear of it', async () => {
  let armed = false
  const wrap = (database: Database): Database => ({
    ...database,
    transaction(body) {
      const before = latest(database)
      const result = database.transaction(body)
      if (!armed || latest(database) === before) return result
      armed = false
      throw new Error('disk I/O error')
    },
  })
  fixture = await engineFixture({ wrap })
  const { id, plan } = await fixture.submit(operator)
  let heard = 0
  fixture.engine.events.subscribe(() => {
    heard++
  })
  armed = true
  const decision = fixture.call(operator, 'request.approve', { id, digest: plan.digest }, 'tap 1')
  await expect(decision).rejects.toThrow('disk I/O error')
  expect(heard).toBeGreaterThan(0)
  expect((await fixture.ended(1)).state).toBe('succeeded')
  const again = await fixture.call(operator, 'request.approve', { id, digest: plan.digest }, 'tap 1')
  expect(again).toMatchObject({ ok: true, output: { request: { state: 'approved' } } })
})

function latest(database: Database): number {
  const query = { compile: () => ({ sql: 'select max(id) as id from events', parameters: [] }) }
  return database.first<{ id: number }>(query as never)?.id ?? 0
}
