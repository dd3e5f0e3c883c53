import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../../../src/config/config.ts'
import { PERMISSIONS } from '../../../../src/protocol/permissions.ts'
import {
  admin,
  approver,
  engineFixture,
  type Fixture,
  operator,
  testConfig,
} from '../../../support/engine-fixture.ts'
import { enroll } from '../../../support/second-factor.ts'

const ADA = approver(7)

/** The role `user` asks for a terminal; `self`: whether one's own approval counts. */
function config(self: boolean): Partial<Config> {
  const { roles } = testConfig()
  const user = roles.get('user')
  if (user === undefined) throw new Error('no role user')
  const approval = { count: 1, self, step_up: 'terminal', expiresMs: 24 * 3_600_000 } as const
  return { roles: new Map([...roles, ['user', { ...user, approval }]]) }
}

let fixture: Fixture
beforeEach(async () => {
  fixture = await engineFixture({ config: config(true) })
})
afterEach(async () => {
  await fixture.remove()
})
const submit = async (by = operator) => {
  const { id, plan } = await fixture.submit(by)
  return { id, digest: plan.digest }
}
const refusedAs = (code: string, params?: object) => ({
  ok: false,
  error: { code, ...(params === undefined ? {} : { params }) },
})

describe('a person whom the approver account asserts', () => {
  test('passes the terminal with a code of their second factor, and the run begins at once', async () => {
    const about = await submit()
    const totp = enroll(fixture, 7)
    expect(await fixture.call(ADA, 'request.confirm', about)).toMatchObject(
      refusedAs('step_up_required', { factor: 'totp' }),
    )
    expect(await fixture.call(ADA, 'request.confirm', { ...about, totp: '000000' })).toMatchObject(
      refusedAs('factor_refused', { factor: 'totp', why: 'wrong' }),
    )
    const { request } = await fixture.ok(ADA, 'request.confirm', { ...about, totp: totp() })
    expect(request).toMatchObject({
      state: 'approved',
      approvals: [{ by: { key: 'approver:7' }, via: 'terminal', proof: 'terminal' }],
    })
    expect(await fixture.ended(request.run_id ?? 0)).toMatchObject({ state: 'succeeded' })
  })

  test('counts as the same human as in chat', async () => {
    const about = await submit()
    const totp = enroll(fixture, 7)
    await fixture.ok(admin(7), 'request.approve', about)
    const { request } = await fixture.ok(ADA, 'request.confirm', { ...about, totp: totp() })
    expect(request.approvals).toHaveLength(1)
    expect(request.approvals).toMatchObject([{ by: { key: 'approver:7' }, via: 'terminal' }])
  })

  test('uses up a code, also one that was given in a denial', async () => {
    const [first, second] = [
      await submit(),
      await fixture.submit(operator, { telegram_id: 43, os_user: 'bob' }),
    ]
    const totp = enroll(fixture, 7)()
    expect(await fixture.call(ADA, 'request.deny', { id: first.id })).toMatchObject(
      refusedAs('step_up_required', { factor: 'totp' }),
    )
    const { request } = await fixture.ok(ADA, 'request.deny', { id: first.id, totp, reason: 'not now' })
    expect(request).toMatchObject({ state: 'denied', decided_by: { key: 'approver:7' } })
    const again = { id: second.id, digest: second.plan.digest, totp }
    expect(await fixture.call(ADA, 'request.confirm', again)).toMatchObject(
      refusedAs('factor_refused', { factor: 'totp' }),
    )
  })

  test('spends no attempt on what would be refused anyway', async () => {
    const about = await submit()
    enroll(fixture, 7)
    const other = { ...about, digest: 'x'.repeat(22), totp: '000000' }
    expect(await fixture.call(ADA, 'request.confirm', other)).toMatchObject(refusedAs('digest_differs'))
    expect(fixture.store.factors.get(7)?.failures).toBe(0)
  })

  test('does not stand for the owner of an account, and not for somebody without a second factor', async () => {
    const about = await submit()
    const totp = enroll(fixture, 7)
    const reason = 'I say so'
    expect(await fixture.call(ADA, 'request.confirm', { ...about, totp: totp(), reason })).toMatchObject(
      refusedAs('not_permitted'),
    )
    expect(await fixture.call(approver(8), 'request.confirm', { ...about, totp: totp() })).toMatchObject(
      refusedAs('factor_refused', { factor: 'totp', why: 'none' }),
    )
  })

  test('is held to four eyes, which uid 0 is not', async () => {
    await fixture.restart({ config: config(false) })
    const about = await submit(admin(7))
    const totp = enroll(fixture, 7)
    expect(await fixture.call(ADA, 'request.confirm', { ...about, totp: totp() })).toMatchObject(
      refusedAs('not_permitted'),
    )
  })

  test('decides also while approvals in chat are frozen', async () => {
    const about = await submit()
    const totp = enroll(fixture, 7)
    await fixture.ok(admin(8), 'chat.freeze', {})
    const { request } = await fixture.ok(ADA, 'request.confirm', { ...about, totp: totp() })
    expect(request.state).toBe('approved')
  })

  test('loses what they approved with their role, before it runs', async () => {
    const about = await submit()
    const totp = enroll(fixture, 7)
    const fewer = PERMISSIONS.filter((name) => name !== 'requests.approve.all')
    fixture.callers.set('approver:7', { ...ADA, permissions: new Set(fewer) })
    const { request } = await fixture.ok(ADA, 'request.confirm', { ...about, totp: totp() })
    expect(await fixture.ended(request.run_id ?? 0)).toMatchObject({ state: 'superseded' })
  })
})
