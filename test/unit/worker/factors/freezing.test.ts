import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  admin,
  engineFixture,
  type Fixture,
  operator,
  role,
  telegramUser,
  testConfig,
  theBot,
} from '../../../support/engine-fixture.ts'
import { type Enrolled, enrolled } from '../../../support/enrolled.ts'

const MINUTE = 60_000
const guarded = role('user', {
  approval: { count: 1, self: true, step_up: 'totp', expiresMs: 24 * 60 * MINUTE },
})
const config = { roles: new Map([...testConfig().roles, ['user', guarded]]) }

let fixture: Fixture
beforeEach(async () => {
  fixture = await engineFixture()
})
afterEach(() => fixture.remove())

const codeOf = (result: { ok: boolean; error?: { code: string } }) => (result.ok ? 'ok' : result.error?.code)
const typesSince = (latest: number) => fixture.engine.events.after(latest, 100).map(({ type }) => type)
const stateOf = (id: number) => fixture.store.requests.get(id)?.state

async function submitted(os_user = 'alice', telegram_id = 42) {
  const { id, plan } = await fixture.submit(operator, { os_user, telegram_id })
  return { id, digest: plan.digest }
}

describe('while approvals in chat are frozen', () => {
  test('nobody approves in chat or is given a challenge; root still does, and denying goes on', async () => {
    const [first, second] = [await submitted(), await submitted('bob', 43)]
    const { challenge } = await fixture.ok(admin(8), 'request.challenge', first)
    const { frozen } = await fixture.ok(admin(7), 'chat.freeze', {})
    expect(frozen).toEqual({ at: fixture.time.now, by: 'telegram:7', why: 'asked' })
    expect(codeOf(await fixture.call(admin(8), 'request.approve', { ...first, challenge }))).toBe('frozen')
    expect(codeOf(await fixture.call(admin(8), 'request.challenge', first))).toBe('frozen')
    const { request } = await fixture.ok(operator, 'request.get', { id: first.id })
    expect(request.frozen).toBe(true)
    expect(codeOf(await fixture.call(admin(8), 'request.deny', { id: second.id }))).toBe('ok')
    expect(codeOf(await fixture.call(operator, 'request.approve', first))).toBe('ok')
  })

  test('any admin freezes, nobody but root unfreezes', async () => {
    expect(codeOf(await fixture.call(telegramUser(9, ['requests.read.own']), 'chat.freeze', {}))).toBe(
      'not_permitted',
    )
    await fixture.ok(admin(7), 'chat.freeze', {})
    for (const caller of [admin(7), admin(8), theBot]) {
      expect(codeOf(await fixture.call(caller, 'chat.unfreeze', {}))).toBe('not_permitted')
    }
    await fixture.restart()
    expect(fixture.store.freezes.current()).not.toBeNull()
    expect((await fixture.ok(operator, 'chat.unfreeze', {})).ended).toBe(true)
    expect((await fixture.ok(operator, 'chat.unfreeze', {})).ended).toBe(false)
    fixture.time.now += 1
    expect(codeOf(await fixture.call(admin(7), 'request.approve', await submitted()))).toBe('ok')
  })

  test('freezing again changes nothing and tells nobody again', async () => {
    const first = await fixture.ok(admin(7), 'chat.freeze', {})
    const latest = fixture.engine.events.latest()
    fixture.time.now += 5000
    expect(await fixture.ok(admin(8), 'chat.freeze', {})).toEqual(first)
    expect(typesSince(latest)).toEqual([])
  })
})

describe('an approval in chat from before a freeze', () => {
  test('counts no more, also after it has ended, and can be given again', async () => {
    const pair = role('user', { approval: { count: 2, self: true, step_up: 'none', expiresMs: 60 * MINUTE } })
    await fixture.restart({ config: { roles: new Map([...testConfig().roles, ['user', pair]]) } })
    const asked = await submitted()
    await fixture.ok(admin(7), 'request.approve', asked)
    fixture.time.now += 1000
    await fixture.ok(admin(8), 'chat.freeze', {})
    await fixture.ok(operator, 'chat.unfreeze', {})
    fixture.time.now += 1000
    const { request } = await fixture.ok(admin(8), 'request.approve', asked)
    expect(request.missing).toEqual([{ kind: 'approvals', have: 1, need: 2 }])
    const again = await fixture.ok(admin(7), 'request.approve', asked)
    expect(again.request.state).toBe('approved')
  })

  test('lets no run begin: it is claimed anew, and its request comes back', async () => {
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    // Another run of the same person keeps the place, so that this one waits in the queue while chat is frozen.
    await fixture.restart({
      script: { account: { apply: async () => void (await gate) } },
      limits: { concurrentRuns: 1 },
    })
    const [first, second] = [await submitted(), await submitted('bob', 43)]
    await fixture.ok(operator, 'request.approve', first)
    const { request } = await fixture.ok(admin(7), 'request.approve', second)
    expect(request.state).toBe('approved')
    fixture.time.now += 1000
    await fixture.ok(admin(8), 'chat.freeze', {})
    release()
    const run = await fixture.ended(request.run_id ?? 0)
    expect(run.state).toBe('superseded')
    const back = await fixture.ok(operator, 'request.get', { id: second.id })
    expect(back.request).toMatchObject({ state: 'submitted', revision: 2 })
    expect(back.request.returned?.differences).toEqual([
      { code: 'chat_frozen', params: { at: fixture.time.now } },
    ])
  })
})

describe('an alarm of the bot', () => {
  test('freezes at once, and says why', async () => {
    const { frozen } = await fixture.ok(theBot, 'chat.alarm', { kind: 'conflict' })
    expect(frozen).toMatchObject({ by: 'bot', why: 'conflict' })
    expect(codeOf(await fixture.call(admin(7), 'request.approve', await submitted()))).toBe('frozen')
  })

  test('of one kind is told once in a freeze, another kind by itself, and anew in the next freeze', async () => {
    const latest = fixture.engine.events.latest()
    for (const kind of ['conflict', 'conflict', 'foreign_edit', 'conflict'] as const) {
      fixture.time.now += 1000
      await fixture.ok(theBot, 'chat.alarm', { kind })
    }
    expect(typesSince(latest)).toEqual(['chat.frozen', 'chat.alarm', 'chat.alarm'])
    await fixture.ok(operator, 'chat.unfreeze', {})
    fixture.time.now += 1000
    const later = fixture.engine.events.latest()
    await fixture.ok(theBot, 'chat.alarm', { kind: 'conflict' })
    expect(typesSince(later)).toEqual(['chat.frozen', 'chat.alarm'])
  })

  test('is the bot’s own to raise, of nobody it speaks for and of no uid', async () => {
    for (const caller of [admin(7), operator]) {
      expect(codeOf(await fixture.call(caller, 'chat.alarm', { kind: 'conflict' }))).toBe('not_permitted')
    }
  })
})

describe('an approval with a second factor', () => {
  let one: Enrolled
  beforeEach(async () => {
    await fixture.restart({ config })
    one = await enrolled(fixture)
  })
  const approve = async (asked: { id: number; digest: string }) => {
    const { request } = await fixture.ok(admin(7), 'request.approve', { ...asked, totp: one.codeAt() })
    return request
  }

  test('waits for the hold before anything runs, then runs by itself', async () => {
    const asked = await submitted()
    const request = await approve(asked)
    const until = fixture.time.now + 10 * MINUTE
    expect(request).toMatchObject({ state: 'submitted', missing: [{ kind: 'hold', until }], run_id: null })
    fixture.time.now = until - 1
    expect((await fixture.ok(admin(8), 'request.get', { id: asked.id })).request.state).toBe('submitted')
    fixture.time.now = until
    const latest = fixture.engine.events.latest()
    const after = await fixture.ok(admin(8), 'request.get', { id: asked.id })
    expect(after.request).toMatchObject({ state: 'approved', decided_by: { key: 'telegram:7' } })
    expect((await fixture.ended(after.request.run_id ?? 0)).state).toBe('succeeded')
    expect(typesSince(latest).slice(0, 2)).toEqual(['request.approved', 'run.queued'])
  })

  test('waits over a restart, and begins at the start of a worker that was down meanwhile', async () => {
    const asked = await submitted()
    await approve(asked)
    await fixture.restart({ config })
    expect(stateOf(asked.id)).toBe('submitted')
    fixture.time.now += 10 * MINUTE
    await fixture.restart({ config })
    expect(stateOf(asked.id)).toBe('approved')
    expect((await fixture.ended(fixture.store.runs.newestOf(asked.id) ?? 0)).state).toBe('succeeded')
  })

  test('begins by a timer when nobody asks anything', async () => {
    await fixture.restart({ config: { ...config, approval: { holdMs: 30, chatPerDay: 100 } } })
    const asked = await submitted()
    await approve(asked)
    fixture.time.now += 31
    while (stateOf(asked.id) !== 'approved') await new Promise((done) => setTimeout(done, 5))
  })

  test.for([
    ['denied', 'request.deny'],
    ['cancelled', 'request.cancel'],
  ] as const)('can be %s by any admin while it is held, and then never runs', async ([state, operation]) => {
    const asked = await submitted()
    await approve(asked)
    await fixture.ok(admin(8), operation, { id: asked.id })
    fixture.time.now += 20 * MINUTE
    await fixture.restart({ config })
    expect([stateOf(asked.id), fixture.store.runs.newestOf(asked.id)]).toEqual([state, null])
    expect(fixture.store.heldApprovals.next()).toBeNull()
  })

  test('that is held is dead after a freeze, and never runs by itself', async () => {
    const asked = await submitted()
    await approve(asked)
    fixture.time.now += MINUTE
    await fixture.ok(admin(8), 'chat.freeze', {})
    await fixture.ok(operator, 'chat.unfreeze', {})
    fixture.time.now += 20 * MINUTE
    const { request } = await fixture.ok(operator, 'request.get', { id: asked.id })
    expect(request).toMatchObject({
      state: 'submitted',
      missing: [{ kind: 'approvals', have: 0, need: 1 }],
    })
  })

  test('by somebody who is revoked while it is held begins nothing: its request comes back', async () => {
    const asked = await submitted()
    await approve(asked)
    fixture.callers.set('telegram:7', null)
    fixture.time.now += 10 * MINUTE
    await fixture.ok(operator, 'request.get', { id: asked.id })
    await fixture.ended(fixture.store.runs.newestOf(asked.id) ?? 0)
    const { request } = await fixture.ok(operator, 'request.get', { id: asked.id })
    expect(request).toMatchObject({ state: 'submitted', revision: 2 })
    expect(request.returned?.differences).toEqual([{ code: 'approver_lost', params: { by: 'telegram:7' } }])
  })

  test('by somebody who is revoked while the worker looks at its approvers begins nothing either', async () => {
    const asked = await submitted()
    await approve(asked)
    const { callers, store, time } = fixture
    // They still may when they are looked up, and not any more when the run would begin.
    callers.get = () => {
      store.factors.revoke({ telegramId: 7, at: time.now, reason: null })
      return admin(7)
    }
    time.now += 10 * MINUTE
    await fixture.ok(operator, 'request.get', { id: asked.id })
    const run = await fixture.ended(store.runs.newestOf(asked.id) ?? 0)
    expect(run.state).toBe('superseded')
    const { request } = await fixture.ok(operator, 'request.get', { id: asked.id })
    expect(request.returned?.differences).toEqual([{ code: 'approver_lost', params: { by: 'telegram:7' } }])
  })

  test('is not waited for when root confirms it', async () => {
    const asked = await submitted()
    await approve(asked)
    const { request } = await fixture.ok(operator, 'request.approve', asked)
    expect(request.state).toBe('approved')
    expect(fixture.store.heldApprovals.next()).toBeNull()
  })

  test('lapses like any other when the hold ends after its request', async () => {
    const asked = await submitted()
    fixture.time.now += 24 * 60 * MINUTE - 1000
    await approve(asked)
    fixture.time.now += 10 * MINUTE
    await fixture.ok(operator, 'request.get', { id: asked.id })
    expect(stateOf(asked.id)).toBe('expired')
  })
})

describe('a revoked Telegram id', () => {
  test('is told once, listed with its reason, and restored by root alone', async () => {
    const latest = fixture.engine.events.latest()
    const input = { telegram_id: 7, reason: 'a lost phone' }
    const { revoked } = await fixture.ok(operator, 'telegram.revoke', input)
    expect(revoked).toEqual({ telegram_id: 7, at: fixture.time.now, reason: 'a lost phone' })
    await fixture.ok(operator, 'telegram.revoke', { telegram_id: 7 })
    expect(typesSince(latest)).toEqual(['telegram.revoked'])
    expect(await fixture.ok(operator, 'telegram.list', {})).toEqual({ revoked: [revoked] })
    expect(codeOf(await fixture.call(admin(8), 'telegram.restore', { telegram_id: 7 }))).toBe('not_permitted')
    expect((await fixture.ok(operator, 'telegram.restore', { telegram_id: 7 })).ended).toBe(true)
    expect((await fixture.ok(operator, 'telegram.restore', { telegram_id: 7 })).ended).toBe(false)
  })

  test('with a reason that could move a cursor is not written down', async () => {
    const tried = await fixture.call(operator, 'telegram.revoke', { telegram_id: 7, reason: 'a\u001b[2Jb' })
    expect(codeOf(tried)).toBe('invalid')
    expect(fixture.store.factors.isRevoked(7)).toBe(false)
  })
})
