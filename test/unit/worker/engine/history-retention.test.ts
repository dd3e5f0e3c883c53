import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { fillStore } from '../../../support/big-history.ts'
import { engineFixture, type Fixture, operator } from '../../../support/engine-fixture.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

const DAY = 24 * 3_600_000
const KEPT = { config: { retention: { historyMs: 100 * DAY, answersMs: null } } }
const verify = () => fixture.ok(operator, 'audit.verify', {})
/** Until nothing more is to go. */
async function pruned(): Promise<void> {
  const { events } = fixture.store
  for (let before = -1; before !== events.anchor().id; ) {
    before = events.anchor().id
    for (let n = 0; n < 5; n++) await turn()
  }
}

test('events older than the config says are forgotten, the history says so, and verifies from there on', async () => {
  fixture = await engineFixture(KEPT)
  const { request_id: id, id: run } = await fixture.onboard()
  const last = fixture.store.events.latest()
  fixture.time.now += 99 * DAY
  await fixture.restart()
  expect(fixture.store.events.anchor().id).toBe(0)
  fixture.time.now += 3 * DAY
  await fixture.restart()
  await pruned()
  expect(fixture.store.events.anchor().id).toBe(last)
  expect(fixture.store.events.get(last)).toBeNull()
  expect(fixture.store.events.newestOf('audit.pruned')?.data).toMatchObject({ up_to: last })
  const told = await verify()
  expect([told.intact, told.findings]).toEqual([true, []])
  // What was done stays to be looked at, and to be taken back.
  expect((await fixture.ok(operator, 'request.get', { id })).request.state).toBe('approved')
  expect((await fixture.ok(operator, 'run.get', { id: run })).run.state).toBe('succeeded')
  expect((await fixture.ok(operator, 'run.undo', { run_id: run })).request.kind).toBe('undo')
})

test('by default nothing of the history is ever forgotten', async () => {
  fixture = await engineFixture()
  await fixture.onboard()
  fixture.time.now += 5000 * DAY
  await fixture.restart()
  await pruned()
  expect(fixture.store.events.get(1)?.id).toBe(1)
})

test('a beginning that somebody cut off is found, also when they move the note of it', async () => {
  fixture = await engineFixture({ ...KEPT, tampers: true })
  await fixture.onboard()
  const cut = (upTo: number) =>
    fixture.restart({}, (file) => {
      const connection = new DatabaseSync(file)
      const row = connection.prepare('select hash, at from events where id = ?').get(upTo) as {
        hash: string
        at: number
      }
      connection.prepare('delete from events where id <= ?').run(upTo)
      connection
        .prepare("insert or replace into meta (key, value) values ('events.anchor', ?)")
        .run(`${upTo}:${row.hash}:${row.at}`)
      connection.close()
    })
  await cut(5)
  expect((await verify()).findings).toContainEqual(
    expect.objectContaining({ code: 'event_missing', params: { first: 1, last: 5 } }),
  )
})

test('and so is one that goes further than the history says', async () => {
  fixture = await engineFixture({ ...KEPT, tampers: true })
  await fixture.onboard()
  fixture.time.now += 102 * DAY
  await fixture.restart()
  await pruned()
  const anchor = fixture.store.events.anchor().id
  await fixture.restart({}, (file) => {
    const connection = new DatabaseSync(file)
    connection.prepare('delete from events where id = ?').run(anchor + 1)
    connection.close()
  })
  expect((await verify()).findings).toContainEqual(expect.objectContaining({ code: 'event_missing' }))
})

test('twenty thousand events go without holding anybody up for 50 ms', async () => {
  fixture = await engineFixture(KEPT)
  fillStore(fixture.store, { people: 50, requests: 1000, events: 20_000 }, fixture.time.now)
  const last = fixture.store.events.latest()
  fixture.time.now += 300 * DAY
  await fixture.restart({}, undefined)
  let longest = 0
  let before = performance.now()
  while (fixture.store.events.anchor().id < last) {
    await turn()
    const now = performance.now()
    longest = Math.max(longest, now - before)
    before = now
  }
  // Of the thread; a machine that is busy with others takes its share, too.
  expect(longest).toBeLessThan(50)
  expect((await verify()).intact).toBe(true)
}, 60_000)
