import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, test } from 'vitest'
import { eventHash } from '../../../../src/domain/event-hash.ts'
import type { OperationInput } from '../../../../src/protocol/operations.ts'
import { verifyHistory } from '../../../../src/worker/audit/verify-history.ts'
import { engineFixture, type Fixture, operator, telegramUser } from '../../../support/engine-fixture.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

/** Edits the database as somebody with root's shell would. */
function edit(file: string, ...statements: string[]): void {
  const connection = new DatabaseSync(file, { enableForeignKeyConstraints: false })
  for (const sql of statements) connection.exec(sql)
  connection.close()
}

/** Puts a row like this one in, but for what `set` says. */
const copied = (table: string, id: number, set: string) =>
  `create temp table one as select * from ${table} where id = ${id}; update one set ${set}; insert into ${table} select * from one`

/** Writes the chain anew from this event on, as somebody who knows how it is made. */
function rehash(file: string, from: number): void {
  const connection = new DatabaseSync(file)
  const rows = connection.prepare('select * from events order by id').all() as Record<string, never>[]
  let previousHash: string = rows.find(({ id }) => id === from - 1)?.['hash'] ?? '0'.repeat(64)
  for (const row of rows.filter(({ id }) => Number(id) >= from)) {
    const { id, at, type, actor } = row as Record<'id' | 'at' | 'type' | 'actor', never>
    const rest = { requestId: row['request_id'] as never, runId: row['run_id'] as never }
    const data = JSON.parse(row['data'] as never) as never
    const subjectTelegramId = row['subject_telegram_id'] as never
    const hash = eventHash({ id, at, type, actor, data, previousHash, subjectTelegramId, ...rest })
    connection
      .prepare('update events set previous_hash = ?, hash = ? where id = ?')
      .run(previousHash, hash, id)
    previousHash = hash
  }
  connection.close()
}

const verify = (input: OperationInput<'audit.verify'> = {}) => fixture.ok(operator, 'audit.verify', input)

/** The one thing that was done, and the first finding that it must give. */
const TAMPERING: { what: string; done: string[]; found: object }[] = [
  {
    what: 'a changed word',
    done: [
      `update events set data = replace(data, '"via":"terminal"', '"via":"chat"') where type = 'request.approval'`,
    ],
    found: { code: 'event_changed', event_id: 4 },
  },
  {
    what: 'another actor',
    done: [`update events set actor = 'telegram:7' where id = 4`],
    found: { code: 'event_changed', event_id: 4 },
  },
  {
    what: 'another time',
    done: ['update events set at = at + 1 where id = 3'],
    found: { code: 'event_changed', event_id: 3 },
  },
  {
    what: 'another spelling of the same data',
    done: [`update events set data = replace(data, ':', ': ') where id = 2`],
    found: { code: 'event_changed', event_id: 2 },
  },
  {
    what: 'data that is no JSON',
    done: [`update events set data = 'gone' where id = 2`],
    found: { code: 'event_changed', event_id: 2 },
  },
  {
    what: 'a removed event',
    done: ['delete from events where id = 5'],
    found: { code: 'event_missing', event_id: 5, params: { first: 5, last: 5 } },
  },
  {
    what: 'several removed events, the first among them',
    done: ['delete from events where id < 4'],
    found: { code: 'event_missing', event_id: 1, params: { first: 1, last: 3 } },
  },
  {
    what: 'a removed event whose gap was closed',
    done: ['delete from events where id = 5', 'update events set id = id - 1 where id > 5'],
    found: { code: 'event_changed', event_id: 5 },
  },
  {
    what: 'two events that changed places',
    done: [
      'update events set id = -1 where id = 5',
      'update events set id = 5 where id = 6',
      'update events set id = 6 where id = -1',
    ],
    found: { code: 'event_changed', event_id: 5 },
  },
  {
    what: 'an event that was put in between',
    done: [
      'update events set id = -id where id >= 5',
      'update events set id = 1 - id where id < 0',
      `insert into events select 5, at, type, request_id, run_id, subject_telegram_id, actor, data, previous_hash, hash from events where id = 4`,
    ],
    found: { code: 'event_changed', event_id: 5 },
  },
  {
    what: 'an event with an id that none is given',
    done: [
      `insert into events select -3, at, type, request_id, run_id, subject_telegram_id, actor, data, previous_hash, hash from events where id = 4`,
    ],
    found: { code: 'event_stray', event_id: null },
  },
]

describe.each([
  ['while the worker is stopped', true],
  ['while the worker runs', false],
])('%s', (_, stopped) => {
  async function tamper(change: (file: string) => void): Promise<void> {
    if (stopped) await fixture.restart({}, change)
    else change(fixture.databaseFile)
  }

  test.each(TAMPERING)('$what is found, with the first event that is wrong', async ({ done, found }) => {
    fixture = await engineFixture({ tampers: true })
    await fixture.onboard()
    expect(await verify()).toMatchObject({ intact: true, findings: [], next: null })
    await tamper((file) => edit(file, ...done))
    const verified = await verify()
    expect(verified.intact).toBe(false)
    expect(verified.findings[0]).toMatchObject(found)
  })

  test('a changed event whose followers were all written anew is found by a head that was posted before', async () => {
    fixture = await engineFixture({ tampers: true })
    await fixture.onboard()
    const { head } = await verify()
    const posted = { id: head.id, hash: head.hash.slice(0, 32) }
    await tamper((file) => {
      edit(file, `update events set actor = 'telegram:7' where id = 4`)
      rehash(file, 4)
    })
    expect((await verify({ head: posted })).findings).toContainEqual({
      ...{ code: 'head_differs', event_id: head.id, request_id: null, run_id: null },
    })
  })

  test('a tail that was cut off is found by a head that was posted before, and by what is remembered of the end', async () => {
    fixture = await engineFixture({ tampers: true })
    await fixture.onboard()
    const { head } = await verify()
    await tamper((file) => edit(file, `delete from events where id > 6`))
    const verified = await verify({ head })
    expect(verified.findings).toContainEqual(
      expect.objectContaining({ code: 'head_unknown', event_id: head.id }),
    )
    const cut = stopped ? 'event_missing' : 'end_cut_off'
    expect(verified.findings[0]).toMatchObject({
      code: cut,
      event_id: 7,
      params: { first: 7, last: head.id },
    })
  })

  test('the last event, changed and rightly chained, is found', async () => {
    fixture = await engineFixture({ tampers: true })
    await fixture.onboard()
    const { head } = await verify()
    await tamper((file) => {
      edit(file, `update events set actor = 'telegram:7' where id = ${head.id}`)
      rehash(file, head.id)
    })
    const told = stopped
      ? { code: 'event_unlinked', event_id: head.id + 1 }
      : { code: 'end_differs', event_id: head.id }
    expect((await verify()).findings[0]).toMatchObject(told)
  })

  test('several events that were put behind the last one are found from the first on', async () => {
    fixture = await engineFixture({ tampers: true })
    await fixture.onboard()
    const { head } = await verify()
    await tamper((file) => {
      for (const more of [1, 2])
        edit(
          file,
          `insert into events select id + ${more}, at, type, request_id, run_id, subject_telegram_id, actor, data, hash, hash from events where id = ${head.id}`,
        )
      rehash(file, head.id + 1)
    })
    const told = stopped
      ? { code: 'event_unlinked', event_id: head.id + 3 }
      : { code: 'end_differs', event_id: head.id + 1 }
    expect((await verify()).findings[0]).toMatchObject(told)
  })

  test('an event that was put behind the last one, rightly chained, is found, and the worker goes on after it', async () => {
    fixture = await engineFixture({ tampers: true })
    await fixture.onboard()
    const { head } = await verify()
    await tamper((file) => {
      edit(
        file,
        `insert into events select id + 1, at, 'request.approval', request_id, run_id, subject_telegram_id, actor, data, hash, hash from events where id = ${head.id}`,
      )
      rehash(file, head.id + 1)
    })
    const told = stopped
      ? { code: 'event_unlinked', event_id: head.id + 2 }
      : { code: 'end_differs', event_id: head.id + 1 }
    expect((await verify()).findings[0]).toMatchObject(told)
    await fixture.submit(operator, { telegram_id: 43, os_user: 'bob' })
    const noticed = fixture.store.audit.list({ type: 'audit.broken', limit: 2 })
    expect(noticed).toMatchObject([{ id: head.id + 2, data: { code: 'inserted', expected_id: head.id } }])
    expect((await verify()).findings[0]).toMatchObject({ code: 'event_unlinked', event_id: head.id + 2 })
  })
})

test('a worker that finds the end of its history cut off says so in an event, and gives no id twice', async () => {
  fixture = await engineFixture({ tampers: true })
  await fixture.onboard()
  const { head } = await verify()
  await fixture.restart({}, (file) => edit(file, 'delete from events where id > 6'))
  const [broken] = fixture.engine.events.after(head.id, 10)
  expect(broken).toMatchObject({
    ...{ id: head.id + 1, type: 'audit.broken', actor: 'worker' },
    data: { code: 'cut_off', expected_id: head.id, expected_hash: head.hash.slice(0, 32), found_id: 6 },
  })
})

describe('what the tables say otherwise than the events', () => {
  /** After an onboarding of Alice (request 1, run 1) and a request for Bob that nobody decided (request 2). */
  const CASES: { what: string; done: string; found: object }[] = [
    {
      what: 'a request that was approved by hand',
      done: `update requests set state = 'approved' where id = 2`,
      found: {
        code: 'request_differs',
        request_id: 2,
        params: { stored: 'approved 1', told: 'submitted 1' },
      },
    },
    {
      what: 'a request that was made another revision by hand',
      done: `update requests set revision = 2 where id = 2`,
      found: {
        code: 'request_differs',
        request_id: 2,
        params: { stored: 'submitted 2', told: 'submitted 1' },
      },
    },
    {
      what: 'a run that was changed by hand',
      done: `update runs set state = 'undone' where id = 1`,
      found: {
        code: 'run_differs',
        request_id: 1,
        run_id: 1,
        params: { stored: 'undone', told: 'succeeded' },
      },
    },
    {
      what: 'a run that was put in by hand',
      done: copied('runs', 1, "id = 9, request_id = 2, state = 'queued'"),
      found: { code: 'run_differs', request_id: 2, run_id: 9, params: { stored: 'queued', told: 'nothing' } },
    },
    {
      what: 'an approval that was put in by hand',
      done: `insert into approvals select 2, 1, 'person:7', digest, '{"kind":"telegram","telegramId":7}', 'chat', at, 'none' from approvals where request_id = 1`,
      found: { code: 'approval_untold', request_id: 2, params: { revision: 1, by: 'telegram:7' } },
    },
    {
      what: 'an approval that was removed by hand',
      done: 'delete from approvals where request_id = 1',
      found: { code: 'approval_missing', request_id: 1, params: { revision: 1, by: 'operator' } },
    },
    {
      what: 'a consent that was put in by hand',
      done: `insert into consents values (2, 1, 'owner', 1000, null, 5)`,
      found: { code: 'consent_untold', request_id: 2, params: { revision: 1, by: 'owner' } },
    },
    {
      what: 'a request that was put in by hand',
      done: copied('requests', 1, "id = 9, subject_hash = 'x'"),
      found: { code: 'request_untold', request_id: 9 },
    },
    {
      what: 'a request that was removed by hand',
      done: 'delete from holds where request_id = 2; delete from requests where id = 2',
      found: { code: 'request_missing', request_id: 2 },
    },
  ]

  test.each(CASES)('$what is found', async ({ done, found }) => {
    fixture = await engineFixture({ tampers: true })
    await fixture.onboard()
    await fixture.submit(operator, { telegram_id: 43, os_user: 'bob' })
    expect((await verify()).findings).toEqual([])
    edit(fixture.databaseFile, done)
    expect((await verify()).findings).toEqual([expect.objectContaining(found)])
  })

  test('nothing, through denial, drift, consent, undo and their restarts', async () => {
    fixture = await engineFixture()
    const run = await fixture.onboard()
    const denied = await fixture.submit(operator, { telegram_id: 43, os_user: 'bob' })
    await fixture.ok(operator, 'request.deny', { id: denied.id })
    const { request } = await fixture.ok(operator, 'run.undo', { run_id: run.id })
    const { id, plan } = request
    await fixture.ok(operator, 'request.submit', { id, digest: plan.digest })
    const { request: approved } = await fixture.ok(operator, 'request.confirm', { id, digest: plan.digest })
    await fixture.ended(approved.run_id ?? 0)
    await fixture.restart()
    expect(await verify()).toMatchObject({ intact: true, checked: { requests: 3 } })
  })
})

describe('what the tables say otherwise of who asked and who was invited', () => {
  /** Access request 1 waits, 2 was denied; invitation 1 is open, 2 was used. */
  const stranger = (telegramId: number) => telegramUser(telegramId, [])
  async function asked() {
    fixture = await engineFixture({ tampers: true })
    await fixture.ok(stranger(51), 'access.ask', { name: 'Alice' })
    const { access } = await fixture.ok(stranger(52), 'access.ask', { name: 'Bob' })
    await fixture.ok(operator, 'access.deny', { id: access.id })
    await fixture.ok(operator, 'invite.create', { role: 'user', expires_in: 3_600_000 })
    const { code } = await fixture.ok(operator, 'invite.create', { role: 'user', expires_in: 3_600_000 })
    await fixture.ok(stranger(53), 'invite.redeem', { code: code ?? '' })
    await fixture.ok(stranger(53), 'access.ask', { name: 'Carol' })
    expect((await verify()).findings).toEqual([])
  }

  test.each([
    [
      'an access request that was reopened by hand',
      `update access_requests set state = 'waiting', decided_at = null where id = 2`,
      { code: 'access_differs', params: { access: 2, stored: 'waiting', told: 'denied' } },
    ],
    [
      'an access request that was put in by hand',
      copied('access_requests', 1, 'id = 9, telegram_id = 59'),
      { code: 'access_differs', params: { access: 9, stored: 'waiting', told: 'nothing' } },
    ],
    [
      'an invitation that was opened again by hand',
      `update invitations set state = 'open', opened_by = null, ended_at = null where id = 2`,
      { code: 'invitation_differs', params: { invitation: 2, stored: 'open', told: 'used' } },
    ],
    [
      'an invitation that was put in by hand',
      copied('invitations', 1, "id = 9, code_hash = 'x'"),
      { code: 'invitation_differs', params: { invitation: 9, stored: 'open', told: 'nothing' } },
    ],
  ])('%s is found', async (_, done, found) => {
    await asked()
    edit(fixture.databaseFile, done)
    expect((await verify()).findings).toEqual([expect.objectContaining(found)])
  })
})

/** As many events as it takes. */
function addEvents(count: number): void {
  const { store } = fixture
  store.transaction(() => {
    for (let n = 0; n < count; n++) {
      const nobody = { requestId: null, runId: null, subjectTelegramId: null }
      store.events.append({ at: n, type: 'worker.started', ...nobody, actor: 'worker', data: { n } })
    }
  })
}

test('whoever else waits has a turn after each batch while a long history is verified', async () => {
  fixture = await engineFixture()
  addEvents(3000)
  let turns = 0
  let going = true
  const turn = () => {
    turns++
    if (going) setImmediate(turn)
  }
  setImmediate(turn)
  await verifyHistory(fixture.store, {}, { holdMs: 0, callMs: 60_000 })
  going = false
  expect(turns).toBeGreaterThan(40)
})

test('the last page of a long history costs no more than the first', async () => {
  fixture = await engineFixture()
  addEvents(20_000)
  const { store } = fixture
  /** The least of many, because others want the processor too. */
  const cost = (read: () => unknown) =>
    Math.min(
      ...Array.from({ length: 30 }, () => {
        const begin = performance.now()
        read()
        return performance.now() - begin
      }),
    )
  const first = cost(() => store.events.after(0, 64))
  for (const last of [
    () => store.events.after(19_900, 64),
    () => store.events.doubted(19_900, 64),
    () => store.audit.list({ limit: 64 }),
    () => store.audit.list({ limit: 64, before: 100 }),
    () => store.audit.list({ limit: 64, to: 100 }),
    () => store.audit.list({ limit: 64, from: 1, before: 100 }),
  ]) {
    expect(cost(last)).toBeLessThan(first * 5)
  }
})

test('a long history is verified a piece a call, and each piece goes on from the one before', async () => {
  fixture = await engineFixture()
  const { store } = fixture
  addEvents(3000)
  const pace = { holdMs: 5, callMs: 1 }
  let calls = 0
  let events = 0
  let after: OperationInput<'audit.verify'>['after']
  for (;;) {
    const piece = await verifyHistory(store, after === undefined ? {} : { after }, pace)
    expect(piece.findings).toEqual([])
    events += piece.checked.events
    calls++
    if (piece.next === null) break
    after = piece.next
  }
  expect(events).toBe(3001)
  expect(calls).toBeGreaterThan(3)
})
