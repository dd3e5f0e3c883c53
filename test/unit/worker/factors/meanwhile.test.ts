import { afterEach, expect, test } from 'vitest'
import {
  admin,
  engineFixture,
  type Fixture,
  operator,
  role,
  testConfig,
} from '../../../support/engine-fixture.ts'
import { enrolled } from '../../../support/enrolled.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

const codeOf = (result: { ok: boolean; error?: { code: string } }) => (result.ok ? 'ok' : result.error?.code)

test('an approval whose code is looked at while chat is frozen is refused, and leaves nothing', async () => {
  const guarded = role('user', {
    approval: { count: 1, self: true, step_up: 'totp', expiresMs: 86_400_000 },
  })
  fixture = await engineFixture({ config: { roles: new Map([...testConfig().roles, ['user', guarded]]) } })
  const one = await enrolled(fixture)
  const { id, plan } = await fixture.submit(operator)
  const asked = { id, digest: plan.digest }
  const { challenge } = await fixture.ok(admin(7), 'request.challenge', asked)
  // Between the first look and the approval the worker reads its secrets.
  Object.defineProperty(fixture.machine, 'secretsProblem', {
    get() {
      fixture.time.now += 1
      fixture.store.freezes.begin({ at: fixture.time.now, by: 'telegram:8', why: 'asked' })
      fixture.time.now += 1
      return null
    },
  })
  const totp = one.codeAt()
  expect(codeOf(await fixture.call(admin(7), 'request.approve', { ...asked, challenge, totp }))).toBe(
    'frozen',
  )
  expect(fixture.store.decisions.approvals(id, 1)).toEqual([])
})

test('a challenge for some repairs approves no others: when one was denied meanwhile it is another question', async () => {
  fixture = await engineFixture()
  await fixture.onboard()
  await fixture.onboard({ telegram_id: 43, os_user: 'bob', name: 'Bob' })
  for (const id of [42, 43]) fixture.machine.paths.delete(`/var/lib/usher/data/memory/${id}`)
  const { reconciliation: found } = await fixture.ok(operator, 'reconcile.run', {})
  const shown = { id: found.id ?? 0, digest: found.digest ?? '' }
  const { challenge } = await fixture.ok(admin(7), 'reconcile.challenge', shown)
  await fixture.ok(operator, 'request.deny', { id: found.requests[0]?.id ?? 0 })
  const { reconciliation: left } = await fixture.ok(operator, 'reconcile.get', { id: shown.id })
  const meant = { id: shown.id, digest: left.digest ?? '' }
  expect(meant.digest).not.toBe(shown.digest)
  const tried = await fixture.call(admin(7), 'reconcile.approve', { ...meant, challenge })
  expect(codeOf(tried)).toBe('challenge_refused')
})
