import { afterEach, expect, test } from 'vitest'
import type { Database } from '../../../../src/store/database.ts'
import { engineFixture, type Fixture, operator } from '../../../support/engine-fixture.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

/** As on a file system without room: SQLite may not take one page more than it has. */
function filled(database: Database): Database {
  const one = (sql: string) => database.first<object>({ compile: () => ({ sql, parameters: [] }) } as never)
  expect(one('pragma max_page_count = 1')).toMatchObject({ max_page_count: expect.any(Number) })
  return database
}

test('a decision that cannot be written down is refused in words and is no decision; with room it is one', async () => {
  fixture = await engineFixture({
    // More than what is left of a page.
    machine: (machine) => {
      machine.template = 'x'.repeat(50_000)
    },
  })
  const { id, plan } = await fixture.submit(operator)
  await fixture.restart({ wrap: filled })
  const refused = await fixture.call(operator, 'request.approve', { id, digest: plan.digest }, 'tap 1')
  expect(refused).toMatchObject({
    ok: false,
    error: { code: 'invalid', violations: [{ field: 'host', code: 'disk_full' }] },
  })
  expect((await fixture.ok(operator, 'request.get', { id })).request).toMatchObject({
    state: 'submitted',
    approvals: [],
    run_id: null,
  })
  expect(fixture.steps).toEqual([])
  await fixture.restart()
  await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
  expect((await fixture.ended(1)).state).toBe('succeeded')
})

test('on a file system that became read-only reads still answer, and nothing that has lapsed can be decided', async () => {
  let database: Database | undefined
  const wrap = (opened: Database) => {
    database = opened
    return opened
  }
  fixture = await engineFixture({ wrap })
  const { id, plan } = await fixture.submit(operator)
  database?.first({ compile: () => ({ sql: 'pragma query_only = 1', parameters: [] }) } as never)
  fixture.time.now += 31 * 24 * 3_600_000
  expect(await fixture.ok(operator, 'request.get', { id })).toMatchObject({ request: { id } })
  expect((await fixture.ok(operator, 'status', {})).ready).toBe(true)
  expect(await fixture.call(operator, 'request.approve', { id, digest: plan.digest })).toMatchObject({
    error: { code: 'invalid', violations: [{ field: 'host', code: 'disk_read_only' }] },
  })
})

test('a record that finds no room makes the run wait, and is no failure of the step', async () => {
  let full = false
  const wrap = (database: Database): Database => ({
    ...database,
    repeated(query) {
      const run = database.repeated(query)
      const isRecord = query.compile().sql.includes('"record"')
      return (values) => {
        // Only this one statement: the next transaction finds room again.
        if (!full || !isRecord) return run(values)
        full = false
        const reason = 'database or disk is full'
        throw Object.assign(new Error(reason), { code: 'ERR_SQLITE_ERROR', errcode: 13, errstr: reason })
      }
    },
  })
  fixture = await engineFixture({
    wrap,
    limits: { retryMs: 20 },
    script: {
      'data-dirs': {
        apply() {
          full = fixture.steps.filter((begun) => begun === 'data-dirs apply').length === 1
          return undefined
        },
      },
    },
  })
  const run = await fixture.onboard()
  expect(fixture.steps.filter((begun) => begun === 'data-dirs apply')).toHaveLength(2)
  expect(run.steps.filter(({ failure }) => failure !== null)).toEqual([])
  expect(run.state).toBe('succeeded')
})
