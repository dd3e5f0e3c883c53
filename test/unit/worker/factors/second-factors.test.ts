import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toBase32 } from '../../../../src/worker/factors/base32.ts'
import { totpCode } from '../../../../src/worker/factors/totp.ts'
import {
  admin,
  engineFixture,
  type Fixture,
  operator,
  role,
  testConfig,
} from '../../../support/engine-fixture.ts'
import { type Enrolled, enrolled, enrolling } from '../../../support/enrolled.ts'

const HOUR = 3_600_000
const guarded = (count = 1) =>
  role('user', { approval: { count, self: true, step_up: 'totp', expiresMs: 24 * HOUR } })
const config = (count = 1) => ({
  roles: new Map([...testConfig().roles, ['user', guarded(count)]]),
  approval: { holdMs: 0, chatPerDay: 100 },
})

let fixture: Fixture
let one: Enrolled
beforeEach(async () => {
  fixture = await engineFixture({ config: config() })
  one = await enrolled(fixture)
})
afterEach(() => fixture.remove())

const refusalOf = (result: { ok: boolean; error?: { code: string; params?: object } }) =>
  result.ok ? 'ok' : [result.error?.code, result.error?.params]

async function submitted(os_user = 'alice', telegram_id = 42) {
  const { id, plan } = await fixture.submit(operator, { os_user, telegram_id })
  return { id, digest: plan.digest }
}
const approve = (asked: { id: number; digest: string }, totp?: string, telegramId = 7) =>
  fixture.call(admin(telegramId), 'request.approve', { ...asked, ...(totp === undefined ? {} : { totp }) })
const failures = () => fixture.store.factors.get(7)?.failures

describe('an approval of a role with a second factor', () => {
  test('without a code is refused, names the factor and writes nothing', async () => {
    const asked = await submitted()
    const { challenge } = await fixture.ok(admin(7), 'request.challenge', asked)
    const latest = fixture.engine.events.latest()
    const refused = await fixture.call(admin(7), 'request.approve', { ...asked, challenge })
    expect(refusalOf(refused)).toEqual(['step_up_required', { factor: 'totp' }])
    expect([fixture.engine.events.latest(), failures()]).toEqual([latest, 0])
    // The button is as good as before.
    const totp = one.codeAt()
    const given = await fixture.call(admin(7), 'request.approve', { ...asked, challenge, totp })
    expect(given).toMatchObject({
      ok: true,
      output: { request: { state: 'approved', approvals: [{ via: 'chat', proof: 'totp' }] } },
    })
    const event = fixture.engine.events.after(latest, 10).find(({ type }) => type === 'request.approval')
    expect(event?.data).toEqual({ revision: 1, via: 'chat', proof: 'totp' })
  })

  test('with a wrong code is refused, says how many tries are left, and leaves the button good', async () => {
    const asked = await submitted()
    const { challenge } = await fixture.ok(admin(7), 'request.challenge', asked)
    const tried = (totp: string) => fixture.call(admin(7), 'request.approve', { ...asked, challenge, totp })
    const wrong = one.codeAt(5)
    expect(refusalOf(await tried(wrong))).toEqual([
      'factor_refused',
      { factor: 'totp', why: 'wrong', left: 19 },
    ])
    expect(refusalOf(await tried('12345'))).toMatchObject(['factor_refused', { left: 18 }])
    expect(refusalOf(await tried(one.codeAt()))).toBe('ok')
    expect(failures()).toBe(0)
  })

  test('with a code that was used already is refused, for another request too', async () => {
    const [first, second] = [await submitted(), await submitted('bob', 43)]
    const code = one.codeAt()
    expect(refusalOf(await approve(first, code))).toBe('ok')
    expect(refusalOf(await approve(second, code))).toMatchObject(['factor_refused', { why: 'wrong' }])
    // Neither is the one before it, which was never used.
    expect(refusalOf(await approve(second, one.codeAt(-1)))).toMatchObject(['factor_refused', {}])
    fixture.time.now += 30_000
    expect(refusalOf(await approve(second, one.codeAt()))).toBe('ok')
  })

  test('twice with one code at the same time lets one of the two through', async () => {
    const [first, second] = [await submitted(), await submitted('bob', 43)]
    const code = one.codeAt()
    const answers = await Promise.all([approve(first, code), approve(second, code)])
    const refusals = answers.map(refusalOf).filter((answer) => answer !== 'ok')
    expect(refusals).toHaveLength(1)
    expect(refusals[0]).toMatchObject(['factor_refused', {}])
    const states = [first.id, second.id].map((id) => fixture.store.requests.get(id)?.state)
    expect(states.filter((state) => state === 'approved')).toHaveLength(1)
  })

  test('with somebody else’s code is refused', async () => {
    const asked = await submitted()
    expect(refusalOf(await approve(asked, one.codeAt(), 8))).toMatchObject([
      'factor_refused',
      { why: 'none' },
    ])
    const two = await enrolled(fixture, 8)
    expect(refusalOf(await approve(asked, one.codeAt(), 8))).toMatchObject([
      'factor_refused',
      { why: 'wrong' },
    ])
    expect(refusalOf(await approve(asked, two.codeAt(), 8))).toBe('ok')
  })

  test('that would be refused anyway costs no attempt', async () => {
    const asked = await submitted()
    await approve({ ...asked, digest: 'x'.repeat(22) }, '000000')
    await fixture.call(admin(7), 'request.approve', { ...asked, challenge: 'A'.repeat(22), totp: '000000' })
    await fixture.ok(operator, 'request.deny', { id: asked.id })
    await approve(asked, '000000')
    expect(failures()).toBe(0)
  })

  test('by the operator needs none of it', async () => {
    const asked = await submitted()
    expect(refusalOf(await fixture.call(operator, 'request.approve', asked))).toBe('ok')
  })

  test('counts each person with their own code', async () => {
    await fixture.restart({ config: config(2) })
    const two = await enrolled(fixture, 8)
    const asked = await submitted()
    expect(await approve(asked, one.codeAt())).toMatchObject({
      output: { request: { state: 'submitted', missing: [{ kind: 'approvals', have: 1, need: 2 }] } },
    })
    expect(await approve(asked, two.codeAt(), 8)).toMatchObject({
      output: { request: { state: 'approved' } },
    })
  })
})

describe('wrong codes', () => {
  test('are counted before they are looked at, also when the worker is killed in between', async () => {
    const asked = await submitted()
    const { challenge } = await fixture.ok(admin(7), 'request.challenge', asked)
    let countedFirst: number | undefined
    await fixture.restart({
      wrap: (database) => ({
        ...database,
        transaction(body) {
          const done = database.transaction(body)
          const row = database.first(
            database.build.selectFrom('totp_factors').select('failures').where('telegram_id', '=', 7),
          )
          if (row?.failures === 1 && countedFirst === undefined) {
            countedFirst = row.failures
            throw new Error('killed')
          }
          return done
        },
      }),
    })
    const killed = fixture.call(admin(7), 'request.approve', { ...asked, challenge, totp: one.codeAt() })
    await expect(killed).rejects.toThrow('killed')
    await fixture.restart()
    expect([countedFirst, failures()]).toEqual([1, 1])
    expect(fixture.store.requests.get(asked.id)?.state).toBe('submitted')
  })

  test('end the factor in chat after twenty in a row; the terminal stays open, and root resets it', async () => {
    const asked = await submitted()
    for (let left = 19; left > 0; left--) {
      expect(refusalOf(await approve(asked, '000000'))).toMatchObject(['factor_refused', { left }])
    }
    expect(refusalOf(await approve(asked, '000000'))).toMatchObject(['factor_refused', { why: 'disabled' }])
    expect(refusalOf(await approve(asked, one.codeAt()))).toMatchObject([
      'factor_refused',
      { why: 'disabled' },
    ])
    await fixture.restart()
    expect(refusalOf(await approve(asked, one.codeAt()))).toMatchObject([
      'factor_refused',
      { why: 'disabled' },
    ])
    const disabled = fixture.engine.events.after(0, 200).filter(({ type }) => type === 'factor.disabled')
    expect(disabled).toMatchObject([{ subject_telegram_id: 7, actor: 'worker', data: { failures: 20 } }])
    await fixture.ok(operator, 'request.approve', asked)

    const { factor } = await fixture.ok(operator, 'totp.reset', { person: 'a7' })
    expect(factor).toMatchObject({ telegram_id: 7, state: 'active', failures: 0 })
    expect(refusalOf(await approve(await submitted('bob', 43), one.codeAt()))).toBe('ok')
  })

  test('of one person end nobody else’s factor', async () => {
    const two = await enrolled(fixture, 8)
    const asked = await submitted()
    for (let tries = 0; tries < 20; tries++) await approve(asked, '000000')
    expect(refusalOf(await approve(asked, two.codeAt(), 8))).toBe('ok')
  })

  test('are forgotten with a right one', async () => {
    const asked = await submitted()
    for (let tries = 0; tries < 19; tries++) await approve(asked, '000000')
    expect(failures()).toBe(19)
    expect(refusalOf(await approve(asked, one.codeAt()))).toBe('ok')
    expect(failures()).toBe(0)
  })

  test('twenty at once leave no try over', async () => {
    const asked = await submitted()
    const { challenge } = await fixture.ok(admin(7), 'request.challenge', asked)
    const tried = () => fixture.call(admin(7), 'request.approve', { ...asked, challenge, totp: '000000' })
    await Promise.all(Array.from({ length: 25 }, tried))
    expect(fixture.store.factors.get(7)).toMatchObject({ state: 'disabled', failures: 20 })
  })
})

describe('a clock that was set back', () => {
  test('refuses every code, counts none as wrong, and takes them again when it is right', async () => {
    const [first, second] = [await submitted(), await submitted('bob', 43)]
    await approve(first, one.codeAt())
    fixture.time.now -= 2 * 60_000
    expect(refusalOf(await approve(second, one.codeAt()))).toMatchObject(['clock_behind', undefined])
    expect(failures()).toBe(0)
    fixture.time.now += 3 * 60_000
    expect(refusalOf(await approve(second, one.codeAt()))).toBe('ok')
  })

  test('is noticed by codes that were wrong, too', async () => {
    const asked = await submitted()
    fixture.time.now += 10 * 60_000
    await approve(asked, '000000')
    fixture.time.now -= 9 * 60_000
    expect(refusalOf(await approve(asked, one.codeAt()))).toMatchObject(['clock_behind', undefined])
  })
})

describe('enrolling', () => {
  test('counts only once a code was shown; then the first code is used up', async () => {
    const fresh = await enrolling(fixture, 9)
    const asked = await submitted()
    expect(refusalOf(await approve(asked, fresh.code, 9))).toMatchObject(['factor_refused', { why: 'none' }])
    const wrong = await fixture.call(operator, 'totp.prove', { telegram_id: 9, code: '000000' })
    expect(refusalOf(wrong)).toMatchObject(['factor_refused', { why: 'wrong' }])
    await fixture.ok(operator, 'totp.prove', { telegram_id: 9, code: fresh.code })
    expect(refusalOf(await approve(asked, fresh.code, 9))).toMatchObject(['factor_refused', { why: 'wrong' }])
    fixture.time.now += 30_000
    expect(refusalOf(await approve(asked, fresh.codeAt(), 9))).toBe('ok')
  })

  test('anew leaves the old secret in force until the new one is proven', async () => {
    const made = await fixture.ok(operator, 'totp.enroll', { person: '7' })
    expect(refusalOf(await approve(await submitted(), one.codeAt()))).toBe('ok')
    fixture.time.now += 60_000
    const secret = fixture.machine.secrets.totp.get(7)?.pending
    expect(secret).toBe(made.secret)
    const code = totpCode(Buffer.from(one.secret), Math.floor(fixture.time.now / 30_000))
    // A code of the old one proves nothing.
    const old = await fixture.call(operator, 'totp.prove', { telegram_id: 7, code })
    expect(refusalOf(old)).toMatchObject(['factor_refused', { why: 'wrong' }])
  })

  test('takes people of the roster by OS user or id, first admins by id, and nobody else', async () => {
    await fixture.restart({
      config: { ...config(), telegram: { ...testConfig().telegram, admins: [555] } },
    })
    const enroll = async (person: string) =>
      refusalOf(await fixture.call(operator, 'totp.enroll', { person }))
    expect([await enroll('a7'), await enroll('7'), await enroll('555')]).toEqual(['ok', 'ok', 'ok'])
    for (const person of ['nobody', '556', 'Admin 7', '../7', '-7']) {
      expect(await enroll(person)).toMatchObject(['not_found', undefined])
    }
  })

  test('and everything about it is root’s alone', async () => {
    for (const operation of ['totp.enroll', 'totp.reset', 'totp.remove'] as const) {
      expect(refusalOf(await fixture.call(admin(7), operation, { person: '7' }))).toMatchObject([
        'not_permitted',
        undefined,
      ])
    }
  })

  test('leaves no secret in the database, its answers and events included', async () => {
    const { secret } = await fixture.ok(operator, 'totp.enroll', { person: '7' })
    const rows = JSON.stringify([
      fixture.store.events.after(0, 1000),
      fixture.store.factors.all(),
      await fixture.ok(operator, 'totp.list', {}),
    ])
    expect(rows).not.toContain(secret)
    expect(rows).not.toContain(toBase32(one.secret))
  })

  test('is undone by removing: the secret is gone and no code counts', async () => {
    await fixture.ok(operator, 'totp.remove', { person: '7' })
    expect(fixture.machine.secrets.totp.has(7)).toBe(false)
    expect(refusalOf(await approve(await submitted(), one.codeAt()))).toMatchObject([
      'factor_refused',
      { why: 'none' },
    ])
    expect((await fixture.ok(operator, 'totp.remove', { person: '7' })).ended).toBe(false)
  })

  test('of a secrets file that cannot be used is refused, and so is every code', async () => {
    fixture.machine.secretsProblem = 'others can read it'
    expect(refusalOf(await approve(await submitted(), one.codeAt()))).toMatchObject([
      'factor_refused',
      { why: 'unreadable' },
    ])
    const made = await fixture.call(operator, 'totp.enroll', { person: '7' })
    expect(refusalOf(made)).toMatchObject(['internal', undefined])
    expect(failures()).toBe(0)
  })
})

test('repairs of a role with a second factor are approved together with one code', async () => {
  const approved = await submitted()
  await fixture.ok(operator, 'request.approve', approved)
  await fixture.ended(fixture.store.runs.newestOf(approved.id) ?? 0)
  fixture.machine.paths.delete('/var/lib/usher/data/memory/42')
  const { reconciliation } = await fixture.ok(operator, 'reconcile.run', {})
  const asked = { id: reconciliation.id ?? 0, digest: reconciliation.digest ?? '' }
  const without = await fixture.call(admin(7), 'reconcile.approve', asked)
  expect(refusalOf(without)).toEqual(['step_up_required', { factor: 'totp' }])
  const given = await fixture.ok(admin(7), 'reconcile.approve', { ...asked, totp: one.codeAt() })
  expect(given.refused).toEqual([])
  const repair = given.reconciliation.requests[0]?.id ?? 0
  expect(fixture.store.decisions.approvals(repair, 1)).toMatchObject([{ proof: 'totp' }])
})
