import { DatabaseSync } from 'node:sqlite'
import type { Compilable } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import type { Database } from '../../../../src/store/database.ts'
import {
  admin,
  engineFixture,
  type Fixture,
  operator,
  telegramUser,
} from '../../../support/engine-fixture.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

/** Tables that grow with every request. */
const GROWING =
  'requests runs run_steps events approvals consents idempotency_keys starts reconciliations access_requests invitations blocks'

/** Every statement that is run, as it is compiled. */
function recording(statements: Set<string>): (database: Database) => Database {
  const noted = <T>(query: Compilable<T>) => {
    statements.add(query.compile().sql)
    return query
  }
  return (database) => ({
    ...database,
    all: (query) => database.all(noted(query)),
    first: (query) => database.first(noted(query)),
    run: (query) => database.run(noted(query)),
    repeated: (query) => database.repeated(noted(query)),
    asked: (query) => database.asked(noted(query)),
  })
}

function plansOf(file: string, statements: Iterable<string>): [sql: string, plan: string[]][] {
  const connection = new DatabaseSync(file)
  try {
    return [...statements].map((sql) => {
      const rows = connection.prepare(`explain query plan ${sql}`).all() as { detail: string }[]
      return [sql, rows.map(({ detail }) => detail)]
    })
  } finally {
    connection.close()
  }
}

test('no statement that the worker runs steps over a whole table that grows', async () => {
  const statements = new Set<string>()
  fixture = await engineFixture({ wrap: recording(statements), config: { audit: { postHead: true } } })
  const run = await fixture.onboard()
  const bob = await fixture.submit(admin(7), { telegram_id: 43, os_user: 'bob', proof: 'typed' })
  await fixture.ok(admin(8), 'request.deny', { id: bob.id, reason: 'no' })
  const carol = await fixture.submit(operator, { telegram_id: 44, os_user: 'carol', proof: 'typed' })
  await fixture.ok(operator, 'request.approve', { id: carol.id, digest: carol.plan.digest })
  const newcomer = telegramUser(44, ['requests.read.own', 'runs.read.own', 'requests.draft.own'])
  await fixture.ok(newcomer, 'person.started', {})
  await fixture.ok(newcomer, 'request.list', {})
  for (const open of [true, false]) await fixture.ok(admin(7), 'request.list', { open, before: 9 })
  await fixture.ok(admin(7), 'people.list', {})
  await fixture.ok(admin(7), 'people.get', { name: 'alice' })
  await fixture.ok(admin(7), 'person.edit', { name: 'alice', changes: { model: 'big' } })
  await fixture.ok(admin(7), 'person.retest', { name: 'alice' })
  await fixture.ok(operator, 'status', {})
  const spans = [{}, { from: 1 }, { to: 9e12 }, { from: 1, to: 9e12 }]
  const whats = [{}, { person: '42' }, { request: 1 }, { run: run.id }, { type: 'run.queued' }]
  for (const span of spans) {
    for (const what of whats) {
      await fixture.ok(operator, 'audit.list', { ...span, ...what })
      await fixture.ok(operator, 'audit.list', { ...span, ...what, before: 5 })
    }
  }
  const stranger = telegramUser(45, [])
  const { code, invitation } = await fixture.ok(operator, 'invite.create', { role: 'user' })
  await fixture.ok(stranger, 'invite.redeem', { code: code ?? '' })
  const { access } = await fixture.ok(stranger, 'access.ask', { name: 'Dora' })
  await fixture.ok(stranger, 'access.mine', {})
  await fixture.ok(stranger, 'access.list', {})
  for (const open of [true, false]) {
    await fixture.ok(admin(7), 'access.list', { open, before: 9 })
    await fixture.ok(admin(7), 'invite.list', { open, before: 9 })
  }
  const drafted = await fixture.ok(admin(7), 'access.complete', {
    id: access.id,
    answers: { name: 'Dora', os_user: 'dora', role: 'user', account: 'create' },
  })
  await fixture.ok(admin(7), 'request.cancel', { id: drafted.request.id })
  await fixture.ok(admin(7), 'block.add', { telegram_id: 45 })
  await fixture.ok(admin(7), 'block.list', {})
  await fixture.ok(admin(7), 'block.remove', { telegram_id: 45 })
  expect(invitation.state).toBe('open')
  await fixture.ok(operator, 'audit.verify', {})
  const { request } = await fixture.ok(operator, 'run.undo', { run_id: run.id })
  await fixture.ok(operator, 'request.cancel', { id: request.id })
  fixture.engine.events.after(3, 10)
  await fixture.restart()
  expect(statements.size).toBeGreaterThan(60)

  const slow = plansOf(fixture.databaseFile, statements).filter(([, plan]) =>
    plan.some((line) => {
      const table = /^SCAN (\w+)/.exec(line)?.[1] ?? ''
      // A partial index over what is open or waits is short.
      const short =
        /USING (COVERING )?INDEX (requests_open|access_requests_(open|waiting|over)|invitations_(pending|over)|blocks_by_time|run_steps_waiting|runs_unfinished|starts_pending)/
      return GROWING.split(' ').includes(table) && !short.test(line)
    }),
  )
  expect(slow).toEqual([])
})
