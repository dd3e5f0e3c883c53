import { readFileSync } from 'node:fs'
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
afterEach(() => fixture.remove())

const HOUR = 3_600_000
const DAY = 24 * HOUR
const stranger = (telegramId = 42) => telegramUser(telegramId, [])

async function invite(input: Partial<OperationInput<'invite.create'>> = {}, caller = operator) {
  const { invitation, code, link } = await fixture.ok(caller, 'invite.create', { role: 'user', ...input })
  if (code === null) throw new Error('an invitation without a code')
  return { id: invitation.id, code, link, invitation }
}

const open = (telegramId: number, code: string) =>
  fixture.call(stranger(telegramId), 'invite.redeem', { code })
const listed = async (id: number) =>
  (await fixture.ok(operator, 'invite.list', {})).invitations.find((one) => one.id === id)

test('an invitation fills an access request in, and lets nobody in by itself', async () => {
  fixture = await engineFixture()
  const { id, code } = await invite({ role: 'user', os_user: 'alice', note: 'for Alice' }, admin(7))
  expect(await open(42, code)).toMatchObject({ ok: true, output: { role: 'user' } })
  expect(await listed(id)).toMatchObject({ state: 'opened', opened_by: { key: 'telegram:42' } })
  const { access } = await fixture.ok(stranger(), 'access.ask', { name: 'Alice' })
  expect(access).toMatchObject({ role: 'user', os_user: 'alice', state: 'waiting', invitation: null })
  const seen = await fixture.ok(admin(8), 'access.get', { id: access.id })
  expect(seen.access.invitation).toEqual({ id, by: { key: 'telegram:7', name: null } })
  expect(await listed(id)).toMatchObject({ state: 'used', access_id: access.id })
  expect((await fixture.ok(operator, 'request.list', {})).requests).toEqual([])
  expect((await fixture.ok(operator, 'people.list', {})).people).toEqual([])
})

test('its code has 128 bits, fits into a deep link, and is nowhere in the database', async () => {
  fixture = await engineFixture()
  const { code, link } = await invite()
  expect(code).toMatch(/^[A-Za-z0-9_-]{22}$/)
  expect(link).toBeNull()
  await fixture.restart({}, (file) => expect(readFileSync(file).includes(code)).toBe(false))
  expect(await open(42, code)).toMatchObject({ ok: true })
})

test('of a hundred who open it at once exactly one has it, and it stays theirs', async () => {
  fixture = await engineFixture()
  const { id, code } = await invite()
  const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => open(index + 1, code)))
  const winners = answers.flatMap(({ ok }, index) => (ok ? [index + 1] : []))
  expect(winners).toHaveLength(1)
  const [winner = 0] = winners
  expect(await listed(id)).toMatchObject({ state: 'opened', opened_by: { key: `telegram:${winner}` } })
  expect(await open(winner, code)).toMatchObject({ ok: true })
  const other = winner === 1 ? 2 : 1
  expect(await open(other, code)).toMatchObject({ ok: false, error: { code: 'invite_refused' } })
})

test('unknown, foreign, used, expired and revoked codes get one and the same answer', async () => {
  fixture = await engineFixture()
  const [foreign, used, revoked, expired] = [await invite(), await invite(), await invite(), await invite()]
  await open(1, foreign.code)
  await open(42, used.code)
  await fixture.ok(stranger(), 'access.ask', { name: 'Alice' })
  await fixture.ok(admin(7), 'invite.revoke', { id: revoked.id })
  const answers = [
    await open(42, 'AAAAAAAAAAAAAAAAAAAAAA'),
    await open(42, ''),
    await open(42, 'ä"\u202e'),
    await open(42, foreign.code),
    await open(42, used.code),
    await open(42, revoked.code),
  ]
  fixture.time.now += 7 * DAY
  answers.push(await open(42, expired.code))
  expect(answers[0]).toMatchObject({ ok: false, error: { code: 'invite_refused' } })
  for (const answer of answers) expect(answer).toEqual(answers[0])
  expect(await listed(expired.id)).toMatchObject({ state: 'expired' })
})

test('an invitation that was opened cannot be used once it is revoked', async () => {
  fixture = await engineFixture({ config: { access: { ask: 'invited', expiresMs: DAY } } })
  const { id, code } = await invite()
  await open(42, code)
  expect(await fixture.ok(stranger(), 'access.mine', {})).toEqual({
    may_ask: true,
    mute: false,
    access: null,
  })
  await fixture.ok(admin(7), 'invite.revoke', { id })
  expect(await fixture.call(stranger(), 'access.ask', { name: 'Alice' })).toMatchObject({
    error: { code: 'too_many' },
  })
  expect(await fixture.call(admin(7), 'invite.revoke', { id })).toMatchObject({
    error: { code: 'wrong_state', params: { state: 'revoked' } },
  })
})

test('who was invited is not held up by the strangers who fill every cap', async () => {
  fixture = await engineFixture({ limits: { accessWaiting: 1, accessPerHour: 1 } })
  await fixture.ok(stranger(1), 'access.ask', { name: 'Eve' })
  expect(await fixture.call(stranger(), 'access.ask', { name: 'Alice' })).toMatchObject({
    error: { code: 'too_many' },
  })
  const { code } = await invite()
  await open(42, code)
  expect(await fixture.call(stranger(), 'access.ask', { name: 'Alice' })).toMatchObject({ ok: true })
})

test('who asked before the link reached them need not ask again', async () => {
  fixture = await engineFixture()
  const { access } = await fixture.ok(stranger(), 'access.ask', { name: 'Alice' })
  const { id, code } = await invite({ os_user: 'alice' })
  await open(42, code)
  const seen = await fixture.ok(admin(7), 'access.get', { id: access.id })
  expect(seen.access).toMatchObject({ role: 'user', os_user: 'alice', invitation: { id } })
  expect(await listed(id)).toMatchObject({ state: 'used', access_id: access.id })
})

test('sensitive roles are invited for by uid 0 only', async () => {
  const sensitive = {
    boss: role('boss', { permissions: ['*'] }),
    docker: role('docker', { groups: ['docker'] }),
    careful: role('careful', {
      approval: { count: 1, self: true, step_up: 'terminal', expiresMs: DAY },
    }),
  }
  const roles = new Map([...testConfig().roles, ...Object.entries(sensitive)])
  fixture = await engineFixture({ config: { roles } })
  for (const name of Object.keys(sensitive)) {
    const refused = await fixture.call(admin(7), 'invite.create', { role: name })
    expect(refused).toMatchObject({ ok: false, error: { code: 'not_permitted' } })
    await invite({ role: name })
  }
  const { roles: offered } = await fixture.ok(admin(7), 'onboarding.options', {})
  const plain = offered.filter(({ sensitive: isSensitive }) => isSensitive !== true)
  expect(plain.map(({ name }) => name)).toEqual(['user'])
})

test('a role that nobody has, strangers, and a name that is none are refused together', async () => {
  fixture = await engineFixture()
  const answer = await fixture.call(admin(7), 'invite.create', { role: 'nobody', os_user: 'Not A Name' })
  const violations = answer.ok ? [] : (answer.error.violations ?? [])
  expect(violations.map(({ field, code }) => `${field} ${code}`).sort()).toEqual([
    'os_user os_user_syntax',
    'role role_unknown',
  ])
  expect(await fixture.call(admin(7), 'invite.create', { role: 'public' })).toMatchObject({
    error: { violations: [{ code: 'role_not_grantable' }] },
  })
})

test('an admin makes so many a day by chat and no more; uid 0 is not counted', async () => {
  fixture = await engineFixture({ limits: { invitationsPerDay: 2, invitationsPending: 3 } })
  await invite({}, admin(7))
  await invite({}, admin(7))
  const refused = async (id: number) => {
    const answer = await fixture.call(admin(id), 'invite.create', { role: 'user' })
    return answer.ok ? 'ok' : answer.error.code
  }
  expect([await refused(7), await refused(8), await refused(8)]).toEqual(['too_many', 'ok', 'too_many'])
  await invite()
})

test('codes are tried a few times an hour', async () => {
  fixture = await engineFixture({ limits: { redeemsPerHour: 2 } })
  const { code } = await invite()
  const before = fixture.engine.events.latest()
  for (const guess of ['a', 'b'])
    expect(await open(42, guess)).toMatchObject({ error: { code: 'invite_refused' } })
  expect(await open(42, code)).toMatchObject({ error: { code: 'too_many' } })
  expect(fixture.engine.events.latest()).toBe(before)
  fixture.time.now += HOUR
  expect(await open(42, code)).toMatchObject({ ok: true })
})

test('who is on the roster learns nothing about a code', async () => {
  fixture = await engineFixture()
  await fixture.onboard()
  const { id, code } = await invite()
  expect(await open(42, code)).toEqual(await open(42, 'wrong'))
  expect(await listed(id)).toMatchObject({ state: 'open' })
})

test('the link carries the name that the bot gave, or the one of the config', async () => {
  fixture = await engineFixture()
  const bot = {
    actor: { kind: 'bot' },
    listener: 'bot',
    person: null,
    role: 'bot',
    permissions: new Set(),
    personKey: null,
  } as const
  await fixture.ok({ ...bot, permissions: new Set() }, 'bot.introduce', { username: 'usher_bot' })
  const first = await invite()
  expect(first.link).toBe(`https://t.me/usher_bot?start=${first.code}`)
  const { telegram } = testConfig()
  await fixture.restart({ config: { telegram: { ...telegram, botUsername: 'ours_bot' } } })
  expect((await invite()).link).toMatch(/^https:\/\/t\.me\/ours_bot\?start=/)
})

test('invitations that are over are forgotten after a while', async () => {
  fixture = await engineFixture({ limits: { accessKeptMs: DAY } })
  const { id } = await invite({ expires_in: HOUR })
  const later = await invite({ expires_in: 20 * DAY })
  fixture.time.now += HOUR
  await fixture.restart()
  fixture.time.now += DAY + 1
  await fixture.restart()
  expect(fixture.store.invitations.get(id)).toBeNull()
  expect(fixture.store.invitations.get(later.id)).toMatchObject({ state: 'open' })
})

test('an invitation of a name or role that is not free any more is said when it is completed', async () => {
  fixture = await engineFixture()
  await fixture.onboard({ telegram_id: 99 })
  const { code } = await invite({ os_user: 'alice' })
  await open(42, code)
  const { access } = await fixture.ok(stranger(), 'access.ask', { name: 'Alice' })
  const { telegram_id: _, proof: __, ...answers } = alice
  expect(await fixture.call(admin(7), 'access.complete', { id: access.id, answers })).toMatchObject({
    error: { code: 'invalid', violations: [{ code: 'os_user_on_roster' }, {}] },
  })
})
