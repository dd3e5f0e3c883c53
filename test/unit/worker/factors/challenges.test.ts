import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  admin,
  engineFixture,
  type Fixture,
  operator,
  role,
  telegramUser,
  testConfig,
} from '../../../support/engine-fixture.ts'

let fixture: Fixture
beforeEach(async () => {
  fixture = await engineFixture()
})
afterEach(() => fixture.remove())

const codeOf = (result: { ok: boolean; error?: { code: string } }) => (result.ok ? 'ok' : result.error?.code)

async function challenged(telegramId = 7, os_user = 'alice', telegram_id = 42) {
  const { id, plan } = await fixture.submit(operator, { os_user, telegram_id })
  const asked = { id, digest: plan.digest }
  const { challenge } = await fixture.ok(admin(telegramId), 'request.challenge', asked)
  return { ...asked, challenge }
}

describe('an approval in chat', () => {
  test('is taken with the challenge that its admin was given, once', async () => {
    const input = await challenged()
    expect(codeOf(await fixture.call(admin(7), 'request.approve', input))).toBe('ok')
    expect(fixture.store.requests.get(input.id)?.state).toBe('approved')
  })

  test('without a challenge, with a made up one or with somebody else’s is refused and writes nothing', async () => {
    const input = await challenged()
    const other = await challenged(7, 'bob', 43)
    const latest = fixture.engine.events.latest()
    const tries = [
      [admin(7), undefined],
      [admin(7), ''],
      [admin(7), 'A'.repeat(22)],
      [admin(7), other.challenge],
      [admin(8), input.challenge],
    ] as const
    for (const [caller, challenge] of tries) {
      const tried = await fixture.call(caller, 'request.approve', { ...input, challenge })
      expect(codeOf(tried)).toBe('challenge_refused')
    }
    expect(fixture.engine.events.latest()).toBe(latest)
    expect(fixture.store.decisions.approvals(input.id, 1)).toEqual([])
    expect(codeOf(await fixture.call(admin(7), 'request.approve', input))).toBe('ok')
  })

  test('is not taken with a challenge that a newer one has replaced', async () => {
    const input = await challenged()
    const { challenge } = await fixture.ok(admin(7), 'request.challenge', {
      id: input.id,
      digest: input.digest,
    })
    expect(codeOf(await fixture.call(admin(7), 'request.approve', input))).toBe('challenge_refused')
    expect(codeOf(await fixture.call(admin(7), 'request.approve', { ...input, challenge }))).toBe('ok')
  })

  test('twice with one challenge at the same time is one approval', async () => {
    const pair = role('user', { approval: { count: 2, self: true, step_up: 'none', expiresMs: 3_600_000 } })
    await fixture.restart({ config: { roles: new Map([...testConfig().roles, ['user', pair]]) } })
    const input = await challenged()
    const answers = await Promise.all([
      fixture.call(admin(7), 'request.approve', input),
      fixture.call(admin(7), 'request.approve', input),
    ])
    expect(answers.map(codeOf).sort()).toEqual(['challenge_refused', 'ok'])
    expect(fixture.store.decisions.approvals(input.id, 1)).toHaveLength(1)
  })

  test('of a draft is prepared before it is submitted, and dies with its plan', async () => {
    const { request } = await fixture.ok(admin(7), 'request.draft', {
      answers: { telegram_id: 42, name: 'A', os_user: 'alice', role: 'user', account: 'create' },
    })
    const asked = { id: request.id, digest: request.plan.digest }
    const { challenge } = await fixture.ok(admin(7), 'request.challenge', asked)
    await fixture.ok(admin(7), 'request.submit', asked)
    expect(codeOf(await fixture.call(admin(7), 'request.approve', { ...asked, challenge }))).toBe('ok')
  })

  test('with a challenge of an older revision is refused', async () => {
    const input = await challenged()
    const { challenge } = await fixture.ok(admin(8), 'request.challenge', {
      id: input.id,
      digest: input.digest,
    })
    // What was approved is not what would be done: the request comes back as revision 2.
    fixture.machine.groups.set('alice', { name: 'alice', gid: 77, members: [] })
    await fixture.ok(admin(7), 'request.approve', input)
    while (fixture.store.requests.get(input.id)?.revision !== 2)
      await new Promise((done) => setTimeout(done, 1))
    const { plan } = fixture.store.requests.get(input.id) ?? {}
    const late = { id: input.id, digest: plan?.digest ?? '', challenge }
    expect(codeOf(await fixture.call(admin(8), 'request.approve', late))).toBe('challenge_refused')
  })

  test('on a terminal needs none', async () => {
    const { id, digest } = await challenged()
    expect(codeOf(await fixture.call(operator, 'request.approve', { id, digest }))).toBe('ok')
  })
})

describe('a challenge', () => {
  test('is given for the plan that is shown, of what is open, to who may approve it', async () => {
    const { id, digest } = await challenged()
    const ask = async (caller = admin(7), input = { id, digest }) =>
      codeOf(await fixture.call(caller, 'request.challenge', input))
    expect(await ask()).toBe('ok')
    expect(await ask(admin(7), { id, digest: 'x'.repeat(22) })).toBe('digest_differs')
    expect(await ask(admin(7), { id: 99, digest })).toBe('not_found')
    expect(await ask(operator)).toBe('not_permitted')
    expect(await ask(telegramUser(9, ['requests.read.own']))).toBe('not_permitted')
    await fixture.ok(operator, 'request.deny', { id })
    expect(await ask()).toBe('already_decided')
  })

  test('has 128 bits, is another one each time, and is stored as a hash only', async () => {
    const { id, digest, challenge } = await challenged()
    const again = await fixture.ok(admin(7), 'request.challenge', { id, digest })
    expect(challenge).toMatch(/^[\w-]{22}$/)
    expect(again.challenge).not.toBe(challenge)
    const database = new DatabaseSync(fixture.databaseFile, { readOnly: true })
    const rows = JSON.stringify(database.prepare('select * from challenges').all())
    database.close()
    expect(rows).toContain('person:7')
    expect(rows).not.toContain(again.challenge)
  })

  test('is given to one person only so often an hour, and the others still get theirs', async () => {
    await fixture.restart({ limits: { challengesPerHour: 3 } })
    const { id, digest } = await challenged()
    const ask = async (telegramId: number) =>
      codeOf(await fixture.call(admin(telegramId), 'request.challenge', { id, digest }))
    expect([await ask(7), await ask(7), await ask(7), await ask(8)]).toEqual(['ok', 'ok', 'too_many', 'ok'])
    fixture.time.now += 3_600_000
    expect(await ask(7)).toBe('ok')
  })

  test('is gone when what it was for is decided', async () => {
    const input = await challenged()
    await fixture.ok(operator, 'request.deny', { id: input.id })
    const database = new DatabaseSync(fixture.databaseFile, { readOnly: true })
    expect(database.prepare('select count(*) as count from challenges').get()).toEqual({ count: 0 })
    database.close()
    expect(codeOf(await fixture.call(admin(7), 'request.approve', input))).toBe('already_decided')
  })
})

describe('approving all repairs at once in chat', () => {
  test('takes a challenge for exactly these repairs, once', async () => {
    await fixture.onboard()
    fixture.machine.paths.delete('/var/lib/usher/data/memory/42')
    const { reconciliation } = await fixture.ok(operator, 'reconcile.run', {})
    const asked = { id: reconciliation.id ?? 0, digest: reconciliation.digest ?? '' }
    const approve = async (challenge: string | undefined) =>
      codeOf(await fixture.call(admin(7), 'reconcile.approve', { ...asked, challenge }))
    expect(await approve(undefined)).toBe('challenge_refused')
    const { challenge } = await fixture.ok(admin(7), 'reconcile.challenge', asked)
    expect(codeOf(await fixture.call(admin(7), 'reconcile.challenge', { ...asked, id: 99 }))).toBe(
      'not_found',
    )
    expect(await approve('A'.repeat(22))).toBe('challenge_refused')
    expect(await approve(challenge)).toBe('ok')
    expect(await approve(challenge)).toBe('already_decided')
  })
})
