import { afterEach, expect, test } from 'vitest'
import type { OperationInput } from '../../../../src/protocol/operations.ts'
import {
  admin,
  alice,
  engineFixture,
  type Fixture,
  operator,
  role,
  telegramUser,
  testConfig,
} from '../../../support/engine-fixture.ts'

let fixture: Fixture
afterEach(async () => {
  // Whatever became of them, the history tells of it.
  const { findings } = await fixture.ok(operator, 'audit.verify', {})
  await fixture.remove()
  expect(findings).toEqual([])
})

const HOUR = 3_600_000
const DAY = 24 * HOUR
const WEEK = 7 * DAY
const stranger = (telegramId = 42) => telegramUser(telegramId, [])
const { telegram_id: _, proof: __, ...completion } = alice

async function ask(telegramId = 42, input: Partial<OperationInput<'access.ask'>> = {}) {
  const { access } = await fixture.ok(stranger(telegramId), 'access.ask', { name: 'Alice', ...input })
  return access
}

async function asked(telegramId: number) {
  const answer = await fixture.call(stranger(telegramId), 'access.ask', { name: 'Alice' })
  return answer.ok ? 'ok' : answer.error.code
}

const types = () =>
  fixture.engine.events
    .after(0, 1000)
    .map(({ type }) => type)
    .filter((type) => /^(access|invite|block)\./.test(type))

const get = async (id: number) => (await fixture.ok(operator, 'access.get', { id })).access

test('a stranger asks, an admin completes and approves, and the access request ends granted', async () => {
  fixture = await engineFixture()
  const access = await ask(42, {
    name: ' Alice ',
    github: '@alice-b',
    note: 'I work with Bob.\nPlease!',
    telegram_name: 'Al',
    username: 'alice_b',
    language: 'de',
  })
  expect(access).toMatchObject({
    telegram_id: 42,
    name: 'Alice',
    github: 'alice-b',
    note: 'I work with Bob. Please!',
    telegram_name: 'Al',
    username: 'alice_b',
    language: 'de',
    state: 'waiting',
    expires_at: fixture.time.now + WEEK,
    request_id: null,
  })
  const { request, access: completed } = await fixture.ok(admin(7), 'access.complete', {
    id: access.id,
    answers: completion,
  })
  expect(request).toMatchObject({
    state: 'draft',
    kind: 'onboard',
    access_id: access.id,
    requester: { key: 'telegram:7' },
    answers: { telegram_id: 42, proof: 'started', os_user: 'alice' },
  })
  expect(completed).toMatchObject({
    state: 'completed',
    request_id: request.id,
    decided_by: { key: 'telegram:7' },
  })
  const { id, plan } = request
  await fixture.ok(admin(7), 'request.submit', { id, digest: plan.digest })
  const approved = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
  expect((await fixture.ended(approved.request.run_id ?? 0)).state).toBe('succeeded')
  expect(await get(access.id)).toMatchObject({ state: 'granted', decided_by: { key: 'operator' } })
  expect(types()).toEqual(['access.asked', 'access.completed', 'access.granted'])
})

test('what a stranger wrote is in no event', async () => {
  fixture = await engineFixture()
  await ask(42, { name: 'Zebulon', note: 'secretnote', telegram_name: 'Quark', username: 'quarky' })
  const said = JSON.stringify(fixture.engine.events.after(0, 100))
  for (const text of ['Zebulon', 'secretnote', 'Quark', 'quarky']) expect(said).not.toContain(text)
})

test('whom it is about and that Telegram proved it cannot be said by who completes it', () => {
  const input = { id: 1, answers: { ...completion, telegram_id: 43 } } as OperationInput<'access.complete'>
  return engineFixture().then(async (opened) => {
    fixture = opened
    await expect((async () => fixture.call(admin(7), 'access.complete', input))()).rejects.toThrow(
      /telegram_id/,
    )
  })
})

test('the first admin wins; nobody else completes or denies what is completed', async () => {
  fixture = await engineFixture()
  const { id } = await ask()
  const answers = await Promise.all(
    [admin(7), admin(8), admin(9)].map((caller, index) =>
      fixture.call(caller, 'access.complete', { id, answers: { ...completion, name: `Alice ${index}` } }),
    ),
  )
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
  for (const answer of answers.filter(({ ok }) => !ok)) {
    expect(answer).toMatchObject({ error: { code: 'already_decided', params: { state: 'completed' } } })
  }
  expect(await fixture.call(admin(9), 'access.deny', { id })).toMatchObject({
    error: { code: 'already_decided' },
  })
})

test('the same admin completes it anew while nobody was asked to decide, and the older draft is gone', async () => {
  fixture = await engineFixture()
  const { id } = await ask()
  const first = await fixture.ok(admin(7), 'access.complete', { id, answers: completion })
  const answers = { ...completion, os_user: 'alicia' }
  const second = await fixture.ok(admin(7), 'access.complete', { id, answers })
  expect(second.access).toMatchObject({ state: 'completed', request_id: second.request.id })
  const older = await fixture.ok(admin(7), 'request.get', { id: first.request.id })
  expect(older.request.state).toBe('cancelled')
  await fixture.ok(admin(7), 'request.submit', { id: second.request.id, digest: second.request.plan.digest })
  expect(await fixture.call(admin(7), 'access.complete', { id, answers })).toMatchObject({
    error: { code: 'already_decided', params: { request: second.request.id } },
  })
})

test('a draft that replaces the completed one goes on as the same access request', async () => {
  fixture = await engineFixture()
  const { id } = await ask()
  const { request } = await fixture.ok(admin(7), 'access.complete', { id, answers: completion })
  const changed = await fixture.ok(admin(7), 'request.draft', {
    answers: { ...alice, os_user: 'alicia' },
    replaces: request.id,
  })
  expect(changed.request.access_id).toBe(id)
  expect(await get(id)).toMatchObject({ state: 'completed', request_id: changed.request.id })
})

test('a draft that is given up leaves the access request to the next admin', async () => {
  fixture = await engineFixture()
  const { id } = await ask()
  const { request } = await fixture.ok(admin(7), 'access.complete', { id, answers: completion })
  await fixture.ok(admin(7), 'request.cancel', { id: request.id })
  expect(await get(id)).toMatchObject({ state: 'waiting', request_id: null, decided_by: null })
  await fixture.ok(admin(8), 'access.complete', { id, answers: completion })
  fixture.time.now += DAY
  expect(await get(id)).toMatchObject({ state: 'waiting' })
  expect(types()).toEqual([
    'access.asked',
    'access.completed',
    'access.reopened',
    'access.completed',
    'access.reopened',
  ])
})

test.for([
  { what: 'denied', reason: 'not now', state: 'denied' },
  { what: 'left to lapse', reason: undefined, state: 'expired' },
])('a request that is $what takes its access request with it', async ({ reason, state }) => {
  fixture = await engineFixture()
  const { id } = await ask()
  const { request } = await fixture.ok(admin(7), 'access.complete', { id, answers: completion })
  await fixture.ok(admin(7), 'request.submit', { id: request.id, digest: request.plan.digest })
  if (reason === undefined) fixture.time.now += DAY
  else await fixture.ok(admin(8), 'request.deny', { id: request.id, reason })
  expect(await get(id)).toMatchObject({ state, reason: reason ?? null })
})

test('an admin denies with a reason, and the asker reads it but not by whom', async () => {
  fixture = await engineFixture()
  const { id } = await ask()
  await fixture.ok(admin(7), 'access.deny', { id, reason: 'I do not know you' })
  const mine = await fixture.ok(stranger(), 'access.get', { id })
  expect(mine.access).toMatchObject({ state: 'denied', reason: 'I do not know you', decided_by: null })
  expect(await get(id)).toMatchObject({ decided_by: { key: 'telegram:7' } })
})

test('nobody sees or takes back an access request of somebody else', async () => {
  fixture = await engineFixture()
  const { id } = await ask()
  for (const operation of ['access.get', 'access.withdraw'] as const) {
    const foreign = await fixture.call(stranger(43), operation, { id })
    const absent = await fixture.call(stranger(43), operation, { id: 99 })
    expect(foreign).toMatchObject({ ok: false, error: { code: 'not_found' } })
    expect(JSON.stringify(foreign).replaceAll(String(id), '99')).toBe(JSON.stringify(absent))
  }
  expect((await fixture.ok(stranger(43), 'access.list', {})).access).toEqual([])
  expect((await fixture.ok(stranger(), 'access.list', {})).access).toHaveLength(1)
})

test('its asker takes it back, also when it is a request already, but not once that is approved', async () => {
  fixture = await engineFixture()
  const first = await ask()
  await fixture.ok(stranger(), 'access.withdraw', { id: first.id })
  expect(await get(first.id)).toMatchObject({ state: 'withdrawn' })
  const second = await ask()
  const { request } = await fixture.ok(admin(7), 'access.complete', { id: second.id, answers: completion })
  await fixture.ok(admin(7), 'request.submit', { id: request.id, digest: request.plan.digest })
  await fixture.ok(stranger(), 'access.withdraw', { id: second.id })
  expect((await fixture.ok(operator, 'request.get', { id: request.id })).request.state).toBe('cancelled')
  expect(await get(second.id)).toMatchObject({ state: 'withdrawn' })
  const third = await ask()
  const last = await fixture.ok(admin(7), 'access.complete', { id: third.id, answers: completion })
  const { id, plan } = last.request
  await fixture.ok(admin(7), 'request.submit', { id, digest: plan.digest })
  await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
  const late = await fixture.call(stranger(), 'access.withdraw', { id: third.id })
  expect(late).toMatchObject({ ok: false, error: { code: 'already_decided' } })
})

test('a run that was undone keeps it undecided until somebody takes note of that', async () => {
  fixture = await engineFixture({ script: { 'smoke-test': { apply: () => ({ code: 'probe_failed' }) } } })
  const { id } = await ask()
  const { request } = await fixture.ok(admin(7), 'access.complete', { id, answers: completion })
  await fixture.ok(admin(7), 'request.submit', { id: request.id, digest: request.plan.digest })
  const approved = await fixture.ok(operator, 'request.approve', {
    id: request.id,
    digest: request.plan.digest,
  })
  const run = await fixture.ended(approved.request.run_id ?? 0)
  expect(run.state).toBe('undone')
  expect(await get(id)).toMatchObject({ state: 'completed' })
  await fixture.ok(admin(8), 'run.keep', { run_id: run.id })
  expect(await get(id)).toMatchObject({ state: 'denied' })
})

test('somebody who is let in by another way waits no more', async () => {
  fixture = await engineFixture()
  const { id } = await ask()
  const run = await fixture.onboard()
  expect(await get(id)).toMatchObject({ state: 'granted', request_id: run.request_id })
})

test('it lapses by itself when nobody answers, and may be asked again', async () => {
  fixture = await engineFixture()
  const { id } = await ask()
  fixture.time.now += WEEK - 1
  expect(await get(id)).toMatchObject({ state: 'waiting' })
  fixture.time.now += 1
  await fixture.restart()
  expect(types()).toEqual(['access.asked', 'access.expired'])
  expect(await get(id)).toMatchObject({ state: 'expired', decided_by: { key: 'worker' } })
  expect(await asked(42)).toBe('ok')
})

test('one person has one that is open, and asks a few times a day at most', async () => {
  fixture = await engineFixture({ limits: { accessPerPersonAndDay: 2 } })
  const both = await Promise.all([asked(42), asked(42)])
  expect(both.sort()).toEqual(['ok', 'wrong_state'])
  const [first] = (await fixture.ok(operator, 'access.list', {})).access
  await fixture.ok(stranger(), 'access.withdraw', { id: first?.id ?? 0 })
  expect(await asked(42)).toBe('ok')
  const [second] = (await fixture.ok(operator, 'access.list', {})).access
  await fixture.ok(stranger(), 'access.withdraw', { id: second?.id ?? 0 })
  const before = fixture.engine.events.latest()
  expect(await asked(42)).toBe('too_many')
  expect(await fixture.ok(stranger(), 'access.mine', {})).toEqual({
    may_ask: false,
    mute: true,
    access: null,
  })
  expect(fixture.engine.events.latest()).toBe(before)
  fixture.time.now += DAY
  expect(await asked(42)).toBe('ok')
})

test('all strangers together are capped in how many wait and how many ask in an hour', async () => {
  fixture = await engineFixture({ limits: { accessWaiting: 2, accessPerHour: 3 } })
  expect([await asked(1), await asked(2), await asked(3)]).toEqual(['ok', 'ok', 'too_many'])
  const [one, two] = (await fixture.ok(operator, 'access.list', {})).access
  await fixture.ok(admin(7), 'access.deny', { id: one?.id ?? 0 })
  expect([await asked(3), await asked(4)]).toEqual(['ok', 'too_many'])
  await fixture.ok(admin(7), 'access.deny', { id: two?.id ?? 0 })
  expect(await asked(4)).toBe('too_many')
  fixture.time.now += HOUR
  expect(await asked(4)).toBe('ok')
})

test('a thousand strangers who flood leave no more behind than the caps', async () => {
  fixture = await engineFixture({ limits: { accessWaiting: 5, accessPerHour: 5 } })
  const rows = () => fixture.store.access.list({ open: false, limit: 2000 }).length
  const codes = await Promise.all(Array.from({ length: 1000 }, (_, index) => asked(index + 1)))
  expect(codes.filter((code) => code === 'ok')).toHaveLength(5)
  expect(new Set(codes)).toEqual(new Set(['ok', 'too_many']))
  expect([rows(), types().length]).toEqual([5, 5])
})

test('hostile names are refused or cut, and never stop the worker', async () => {
  fixture = await engineFixture()
  const refusals = {
    '': 'required',
    '   ': 'required',
    'Ada\u202eevil': 'text_has_control_characters',
    'Ada\nroot:x:0:0': 'text_has_control_characters',
    'a,b': 'name_invalid',
    [`${'x'.repeat(1000)}`]: 'text_too_long',
  }
  for (const [name, code] of Object.entries(refusals)) {
    const answer = await fixture.call(stranger(), 'access.ask', { name })
    expect(answer).toMatchObject({ error: { code: 'invalid', violations: [{ field: 'name', code }] } })
  }
  const access = await ask(42, {
    name: '<b>Ada</b> & "co"',
    telegram_name: `<a href="tg://x">\u202e${'😀'.repeat(500)}\ud800`,
    username: 'no;such name',
    language: "en'; --",
    note: `\u001b[2J${'n'.repeat(4000)}`,
  })
  expect([...access.telegram_name]).toHaveLength(128)
  expect(access).toMatchObject({ name: '<b>Ada</b> & "co"', username: null, language: null })
  expect([...(access.note ?? '')]).toHaveLength(500)
  expect(access.note).not.toContain('\u001b')
  expect(await get(access.id)).toMatchObject({ telegram_name: access.telegram_name })
})

test('who is on the roster does not ask, and with a roster that cannot be used nobody does', async () => {
  fixture = await engineFixture()
  await fixture.onboard()
  expect(await asked(42)).toBe('wrong_state')
  fixture.machine.rosterProblem = 'broken'
  expect(await asked(43)).toBe('roster_unusable')
})

test.for([
  { ask: 'invited', code: 'too_many' },
  { ask: 'nobody', code: 'too_many' },
] as const)('a config that lets $ask ask says nothing to strangers', async ({ ask, code }) => {
  fixture = await engineFixture({ config: { access: { ask, expiresMs: WEEK } } })
  expect(await asked(42)).toBe(code)
  expect(await fixture.ok(stranger(), 'access.mine', {})).toEqual({
    may_ask: false,
    mute: false,
    access: null,
  })
})

test('completing needs the right to decide, and says all that is wrong with the answers', async () => {
  const roles = new Map([
    ...testConfig().roles,
    ['helper', role('helper', { permissions: ['access.decide'] })],
  ])
  fixture = await engineFixture({ config: { roles } })
  const { id } = await ask()
  const user = telegramUser(5, ['requests.draft.all'])
  expect(await fixture.call(user, 'access.complete', { id, answers: completion })).toMatchObject({
    error: { code: 'not_permitted' },
  })
  const helper = telegramUser(6, ['access.decide'])
  expect(await fixture.call(helper, 'access.complete', { id, answers: completion })).toMatchObject({
    error: { code: 'not_permitted' },
  })
  const bad = { ...completion, os_user: 'root', role: 'boss' }
  const answer = await fixture.call(admin(7), 'access.complete', { id, answers: bad })
  expect(answer.ok ? [] : answer.error.violations?.map(({ field }) => field).sort()).toEqual([
    'os_user',
    'role',
  ])
  expect(await get(id)).toMatchObject({ state: 'waiting' })
})

test('what is over is forgotten after a while; what is open stays', async () => {
  fixture = await engineFixture({ limits: { accessKeptMs: WEEK } })
  const denied = await ask(1)
  await fixture.ok(admin(7), 'access.deny', { id: denied.id })
  fixture.time.now += WEEK - HOUR
  const open = await ask(2)
  fixture.time.now += HOUR + 1
  await fixture.restart()
  expect(fixture.store.access.get(denied.id)).toBeNull()
  expect(fixture.store.access.get(open.id)).not.toBeNull()
})
