import { afterEach, expect, test } from 'vitest'
import { databaseSnapshot } from '../../../support/database-snapshot.ts'
import {
  admin,
  alice,
  engineFixture,
  type Fixture,
  operator,
  telegramUser,
} from '../../../support/engine-fixture.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

const stranger = (telegramId = 42) => telegramUser(telegramId, [])
const { telegram_id: _, proof: __, ...completion } = alice

test('who is blocked neither asks nor opens, and nothing that they try is written down', async () => {
  fixture = await engineFixture()
  const { code } = await fixture.ok(operator, 'invite.create', { role: 'user' })
  await fixture.ok(admin(7), 'block.add', { telegram_id: 42, reason: 'spam' })
  const before = databaseSnapshot(fixture.databaseFile)
  expect(await fixture.call(stranger(), 'access.ask', { name: 'Alice' })).toMatchObject({
    error: { code: 'too_many' },
  })
  expect(await fixture.call(stranger(), 'invite.redeem', { code: code ?? '' })).toMatchObject({
    error: { code: 'too_many' },
  })
  expect(await fixture.call(stranger(), 'person.started', {})).toMatchObject({ error: { code: 'not_found' } })
  expect(await fixture.ok(stranger(), 'access.mine', {})).toEqual({
    may_ask: false,
    mute: true,
    access: null,
  })
  expect(databaseSnapshot(fixture.databaseFile)).toEqual(before)
  expect(await fixture.call(stranger(43), 'invite.redeem', { code: code ?? '' })).toMatchObject({ ok: true })
})

test('a block ends what its person had asked, and the undecided request that it became', async () => {
  fixture = await engineFixture()
  const { access: first } = await fixture.ok(stranger(1), 'access.ask', { name: 'One' })
  const { access: second } = await fixture.ok(stranger(2), 'access.ask', { name: 'Two' })
  const { access: third } = await fixture.ok(stranger(3), 'access.ask', { name: 'Three' })
  const draft = await fixture.ok(admin(7), 'access.complete', { id: second.id, answers: completion })
  const answers = { ...completion, os_user: 'bob' }
  const { request } = await fixture.ok(admin(7), 'access.complete', { id: third.id, answers })
  await fixture.ok(admin(7), 'request.submit', { id: request.id, digest: request.plan.digest })
  for (const telegram_id of [1, 2, 3]) await fixture.ok(admin(8), 'block.add', { telegram_id })
  for (const { id } of [first, second, third]) {
    expect((await fixture.ok(operator, 'access.get', { id })).access.state).toBe('blocked')
  }
  const stateOf = async (id: number) => (await fixture.ok(operator, 'request.get', { id })).request.state
  expect([await stateOf(draft.request.id), await stateOf(request.id)]).toEqual(['cancelled', 'denied'])
})

test('a link that the blocked person had opened is revoked', async () => {
  fixture = await engineFixture()
  const { code, invitation } = await fixture.ok(operator, 'invite.create', { role: 'user' })
  await fixture.ok(stranger(), 'invite.redeem', { code: code ?? '' })
  await fixture.ok(admin(7), 'block.add', { telegram_id: 42 })
  const { invitations } = await fixture.ok(operator, 'invite.list', {})
  expect(invitations).toMatchObject([{ id: invitation.id, state: 'revoked' }])
})

test('once unblocked they may ask again', async () => {
  fixture = await engineFixture()
  await fixture.ok(admin(7), 'block.add', { telegram_id: 42, reason: 'spam' })
  const { blocks, more } = await fixture.ok(admin(8), 'block.list', {})
  expect({ blocks, more }).toMatchObject({
    blocks: [{ telegram_id: 42, by: { key: 'telegram:7' }, reason: 'spam' }],
    more: false,
  })
  await fixture.ok(admin(8), 'block.remove', { telegram_id: 42 })
  expect(await fixture.call(admin(8), 'block.remove', { telegram_id: 42 })).toMatchObject({
    error: { code: 'not_found' },
  })
  expect(await fixture.call(stranger(), 'access.ask', { name: 'Alice' })).toMatchObject({ ok: true })
})

test('blocking twice is one block; the list is paged', async () => {
  fixture = await engineFixture()
  const first = await fixture.ok(admin(7), 'block.add', { telegram_id: 1 })
  expect(await fixture.ok(admin(8), 'block.add', { telegram_id: 1 })).toEqual(first)
  for (const telegram_id of [2, 3]) {
    fixture.time.now += 1
    await fixture.ok(admin(7), 'block.add', { telegram_id })
  }
  const page = await fixture.ok(admin(7), 'block.list', { limit: 2 })
  const rest = await fixture.ok(admin(7), 'block.list', { limit: 2, skip: 2 })
  const ids = [...page.blocks, ...rest.blocks].map(({ telegram_id }) => telegram_id)
  expect([ids, page.more, rest.more]).toEqual([[3, 2, 1], true, false])
})

test('nobody whom this host knows is blocked, and nobody while they are let in', async () => {
  fixture = await engineFixture()
  await fixture.onboard()
  const codeOf = async (telegram_id: number) => {
    const answer = await fixture.call(admin(7), 'block.add', { telegram_id })
    return answer.ok ? 'ok' : answer.error.code
  }
  expect(await codeOf(42)).toBe('wrong_state')
  fixture.machine.rosterProblem = 'broken'
  expect(await codeOf(43)).toBe('roster_unusable')
})

test('a stolen bot blocks so many and no more; uid 0 goes on', async () => {
  fixture = await engineFixture({ limits: { blocks: 2 } })
  for (const telegram_id of [1, 2]) await fixture.ok(admin(7), 'block.add', { telegram_id })
  expect(await fixture.call(admin(7), 'block.add', { telegram_id: 3 })).toMatchObject({
    error: { code: 'too_many' },
  })
  await fixture.ok(operator, 'block.add', { telegram_id: 3 })
})
