import { afterEach, expect, test } from 'vitest'
import {
  admin,
  engineFixture,
  type Fixture,
  operator,
  telegramUser,
} from '../../../support/engine-fixture.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

test('the same key with the same input gives the first answer, also after a restart', async () => {
  fixture = await engineFixture()
  const { id, plan } = await fixture.submit(operator)
  const asked = { id, digest: plan.digest }
  const { challenge } = await fixture.ok(admin(7), 'request.challenge', asked)
  const approve = () => fixture.call(admin(7), 'request.approve', { ...asked, challenge }, 'tap')
  const first = await approve()
  expect(await approve()).toEqual(first)
  await fixture.restart()
  expect(await approve()).toEqual(first)
  const approvals = fixture.engine.events.after(0, 100).filter(({ type }) => type === 'request.approval')
  expect(approvals).toHaveLength(1)
})

test('two calls with one key at the same time have one effect', async () => {
  fixture = await engineFixture()
  const { id, plan } = await fixture.submit(operator)
  const asked = { id, digest: plan.digest }
  const { challenge } = await fixture.ok(admin(7), 'request.challenge', asked)
  const approve = () => fixture.call(admin(7), 'request.approve', { ...asked, challenge }, 'tap')
  const [one, two] = await Promise.all([approve(), approve()])
  expect(one).toEqual(two)
  expect(one?.ok).toBe(true)
})

test('the same key with another input is refused', async () => {
  fixture = await engineFixture()
  const { id } = await fixture.submit(operator)
  await fixture.call(operator, 'request.deny', { id, reason: 'a' }, 'k')
  const other = await fixture.call(operator, 'request.deny', { id, reason: 'b' }, 'k')
  expect(other).toMatchObject({ error: { code: 'key_reused' } })
})

test('a key belongs to its actor and its operation', async () => {
  fixture = await engineFixture()
  const { id } = await fixture.submit(operator)
  await fixture.call(operator, 'request.deny', { id }, 'k')
  expect(await fixture.call(admin(7), 'request.deny', { id }, 'k')).toMatchObject({
    error: { code: 'already_decided' },
  })
  expect(await fixture.call(operator, 'request.cancel', { id }, 'k')).toMatchObject({
    error: { code: 'already_decided' },
  })
})

test('a refusal is not remembered: what is possible later is possible with the same key', async () => {
  fixture = await engineFixture()
  fixture.machine.rosterProblem = 'line 3 is not YAML'
  const draft = () =>
    fixture.call(
      operator,
      'request.draft',
      { answers: { telegram_id: 42, name: 'A', os_user: 'alice', role: 'user', account: 'create' } },
      'k',
    )
  expect((await draft()).ok).toBe(false)
  fixture.machine.rosterProblem = null
  expect((await draft()).ok).toBe(true)
})

test('who lost the permission does not get the first answer again', async () => {
  fixture = await engineFixture()
  const { id } = await fixture.submit(operator)
  await fixture.call(admin(7), 'request.deny', { id }, 'k')
  const demoted = { ...telegramUser(7, []), personKey: 'person:7' }
  expect(await fixture.call(demoted, 'request.deny', { id }, 'k')).toMatchObject({
    error: { code: 'not_permitted' },
  })
})

test('a changing operation without a key is refused', async () => {
  fixture = await engineFixture()
  const result = await fixture.engine.execute(operator, 'request.cancel', { id: 1 }, null)
  expect(result).toMatchObject({ error: { code: 'bad_request' } })
})
