import { afterEach, describe, expect, test } from 'vitest'
import type { Role } from '../../../../src/domain/role.ts'
import type { WitnessItem } from '../../../../src/protocol/views-witness.ts'
import {
  admin,
  engineFixture,
  type Fixture,
  operator,
  testConfig,
  theWitness,
} from '../../../support/engine-fixture.ts'
import { enroll } from '../../../support/second-factor.ts'

const ADA = admin(7)
const BEA = admin(8)
const CONFIG = (() => {
  const { roles } = testConfig()
  const lead: Role = {
    name: 'lead',
    description: 'leads',
    permissions: ['requests.approve.all'],
    groups: ['staffers'],
    shell: '/bin/bash',
    approval: { count: 1, self: true, step_up: 'witness', expiresMs: 24 * 3_600_000 },
  }
  return {
    roles: new Map([...roles, ['lead', lead]]),
    witness: { user: 'seer', tokenFile: '/w', state: '/ws', language: 'en' as const },
  }
})()

let fixture: Fixture
afterEach(async () => {
  await fixture.remove()
})

async function start() {
  fixture = await engineFixture({
    config: CONFIG,
    machine: ({ groups }) => groups.set('staffers', { name: 'staffers', gid: 900, members: [] }),
  })
  const { id, plan } = await fixture.submit(operator, { role: 'lead' })
  return { id, digest: plan.digest }
}
const pending = async () => (await fixture.ok(theWitness, 'witness.pending', {})).items
type Send = WitnessItem & { kind: 'send' }
async function codeFor(admin: number): Promise<Send> {
  const item = (await pending()).find((one) => one.kind === 'send' && one.telegram_id === admin)
  if (item?.kind !== 'send') throw new Error(`nothing to send to ${admin}`)
  return item
}
const sent = (id: number, message_id = 100 + id) =>
  fixture.ok(theWitness, 'witness.sent', { id, outcome: { kind: 'sent', message_id } })
const refusedAs = (code: string, params?: object) => ({
  ok: false,
  error: { code, ...(params === undefined ? {} : { params }) },
})
const wrongOf = (code: string) => code.replace(/^./, (digit) => String((Number(digit) + 1) % 10))

describe('an approval with the witness', () => {
  test('is given by exactly the code that was sent for this plan, together with a code of the second factor', async () => {
    const about = await start()
    const totp = enroll(fixture, 7)
    await fixture.ok(ADA, 'witness.ask', about)
    const { code, request, role, expires_at } = await codeFor(7)
    expect(code).toMatch(/^[0-9]{8}$/)
    expect([request.id, request.plan.digest, role.name, role.groups]).toEqual([
      about.id,
      about.digest,
      'lead',
      ['staffers'],
    ])
    expect(expires_at - fixture.time.now).toBe(600_000)
    const alone = { ...about, totp: totp() }
    expect(await fixture.call(ADA, 'request.approve', alone)).toMatchObject(
      refusedAs('step_up_required', { factor: 'witness' }),
    )
    expect(await fixture.call(ADA, 'request.approve', { ...about, witness_code: code })).toMatchObject(
      refusedAs('step_up_required', { factor: 'witness' }),
    )
    const spaced = `${code.slice(0, 4)} ${code.slice(4)}`
    const approved = await fixture.ok(ADA, 'request.approve', {
      ...about,
      totp: totp(),
      witness_code: spaced,
    })
    expect(approved.request.approvals).toMatchObject([{ via: 'chat', proof: 'witness' }])
    expect(approved.request.missing).toMatchObject([{ kind: 'hold' }])
  })

  test('leaves the code of the second factor for the next try when the witness’s is wrong', async () => {
    const about = await start()
    const totp = enroll(fixture, 7)()
    await fixture.ok(ADA, 'witness.ask', about)
    const { code } = await codeFor(7)
    const wrong = { ...about, totp, witness_code: wrongOf(code) }
    expect(await fixture.call(ADA, 'request.approve', wrong)).toMatchObject(
      refusedAs('factor_refused', { factor: 'witness', why: 'wrong' }),
    )
    await fixture.ok(ADA, 'request.approve', { ...about, totp, witness_code: code })
  })

  test('takes no code twice, none of another admin, and none after ten minutes', async () => {
    const about = await start()
    const totp = enroll(fixture, 7)
    const other = enroll(fixture, 8)
    await fixture.ok(ADA, 'witness.ask', about)
    const { code } = await codeFor(7)
    expect(
      await fixture.call(BEA, 'request.approve', { ...about, totp: other(), witness_code: code }),
    ).toMatchObject(refusedAs('factor_refused', { factor: 'witness', why: 'none' }))
    fixture.time.now += 600_000
    expect(
      await fixture.call(ADA, 'request.approve', { ...about, totp: totp(), witness_code: code }),
    ).toMatchObject(refusedAs('factor_refused', { factor: 'witness', why: 'none' }))
    await fixture.ok(ADA, 'witness.ask', about)
    const fresh = await codeFor(7)
    expect(fresh.code).not.toBe(code)
    await fixture.ok(ADA, 'request.approve', { ...about, totp: totp(), witness_code: fresh.code })
    expect(
      await fixture.call(ADA, 'request.approve', { ...about, totp: totp(), witness_code: fresh.code }),
    ).toMatchObject(refusedAs('factor_refused', { factor: 'witness', why: 'none' }))
  })

  test('takes no code of another request, and none that a newer one replaced', async () => {
    const about = await start()
    const totp = enroll(fixture, 7)
    const second = await fixture.submit(operator, { role: 'lead', telegram_id: 43, os_user: 'bob' })
    const other = { id: second.id, digest: second.plan.digest }
    await fixture.ok(ADA, 'witness.ask', about)
    const { code } = await codeFor(7)
    expect(
      await fixture.call(ADA, 'request.approve', { ...other, totp: totp(), witness_code: code }),
    ).toMatchObject(refusedAs('factor_refused', { factor: 'witness', why: 'none' }))
    await fixture.ok(ADA, 'witness.ask', other)
    // The older one was replaced.
    expect(
      await fixture.call(ADA, 'request.approve', { ...about, totp: totp(), witness_code: code }),
    ).toMatchObject(refusedAs('factor_refused', { factor: 'witness', why: 'none' }))
    const { code: good } = await codeFor(7)
    await fixture.ok(ADA, 'request.approve', { ...other, totp: totp(), witness_code: good })
  })

  test('allows three tries, each counted before the code is looked at, also over a restart', async () => {
    const about = await start()
    const totp = enroll(fixture, 7)()
    await fixture.ok(ADA, 'witness.ask', about)
    const { id, code } = await codeFor(7)
    const tries = () => fixture.store.witnessCodes.get(id)?.tries
    const attempt = (witness_code: string) =>
      fixture.call(ADA, 'request.approve', { ...about, totp, witness_code })
    await attempt(wrongOf(code))
    expect(tries()).toBe(1)
    await fixture.restart()
    await attempt('not a code')
    expect(tries()).toBe(2)
    expect(await attempt(wrongOf(code))).toMatchObject(refusedAs('factor_refused', { why: 'spent' }))
    expect(await attempt(code)).toMatchObject(refusedAs('factor_refused', { why: 'none' }))
    const told = fixture.engine.events.after(0, 100).filter(({ type }) => type === 'witness.refused')
    expect(told.map(({ data, actor }) => [actor, data['tries']])).toEqual([
      ['telegram:7', 1],
      ['telegram:7', 2],
      ['telegram:7', 3],
    ])
  })

  test('does not go over to the terminal of uid 0, where the plan is seen anyway', async () => {
    const about = await start()
    const { request } = await fixture.ok(operator, 'request.confirm', about)
    expect(request.state).toBe('approved')
  })
})

describe('asking for a code', () => {
  test('is for whoever could approve, for a plan that waits and whose role needs a witness', async () => {
    const about = await start()
    const plain = await fixture.submit(operator, { telegram_id: 43, os_user: 'bob' })
    const other = { id: plain.id, digest: plain.plan.digest }
    expect(await fixture.call(ADA, 'witness.ask', other)).toMatchObject(refusedAs('wrong_state'))
    expect(await fixture.call(ADA, 'witness.ask', { ...about, digest: 'x'.repeat(22) })).toMatchObject(
      refusedAs('digest_differs'),
    )
    await fixture.ok(BEA, 'request.deny', { id: about.id })
    expect(await fixture.call(ADA, 'witness.ask', about)).toMatchObject(refusedAs('already_decided'))
    expect(await pending()).toEqual([])
  })

  test('is refused while chat is frozen, and beyond so many an hour', async () => {
    const about = await start()
    for (let n = 0; n < 6; n++) await fixture.ok(ADA, 'witness.ask', about)
    expect(await fixture.call(ADA, 'witness.ask', about)).toMatchObject(refusedAs('too_many'))
    await fixture.ok(BEA, 'witness.ask', about)
    fixture.time.now += 3_600_001
    await fixture.ok(ADA, 'witness.ask', about)
    await fixture.ok(BEA, 'chat.freeze', {})
    expect(await fixture.call(BEA, 'witness.ask', about)).toMatchObject(refusedAs('frozen'))
  })
})

describe('what the witness has to do', () => {
  test('is each good code until it reports it, and then to clear it once it is good no more', async () => {
    const about = await start()
    const totp = enroll(fixture, 7)
    await fixture.ok(ADA, 'witness.ask', about)
    await fixture.ok(BEA, 'witness.ask', about)
    const [ada, bea] = [await codeFor(7), await codeFor(8)]
    expect(await pending()).toHaveLength(2)
    await sent(ada.id)
    await sent(bea.id)
    await sent(bea.id, 999)
    expect(await pending()).toEqual([])
    await fixture.ok(ADA, 'request.approve', { ...about, totp: totp(), witness_code: ada.code })
    expect(await pending()).toEqual([
      {
        kind: 'clear',
        id: ada.id,
        telegram_id: 7,
        message_id: 100 + ada.id,
        request_id: about.id,
        why: 'used',
      },
    ])
    await fixture.ok(operator, 'request.cancel', { id: about.id })
    expect(
      (await pending()).map((item) => item.kind === 'clear' && [item.telegram_id, item.message_id, item.why]),
    ).toEqual([
      [7, 100 + ada.id, 'used'],
      [8, 100 + bea.id, 'closed'],
    ])
    for (const { id } of [ada, bea]) await fixture.ok(theWitness, 'witness.cleared', { id })
    expect(await pending()).toEqual([])
  })

  test('is nothing about a code that was replaced or expired before it was sent', async () => {
    const about = await start()
    await fixture.ok(ADA, 'witness.ask', about)
    const first = await codeFor(7)
    await fixture.ok(ADA, 'witness.ask', about)
    expect((await pending()).map(({ id }) => id)).toEqual([first.id + 1])
    fixture.time.now += 600_001
    expect(await pending()).toEqual([])
  })

  test('ends with an admin whom it cannot reach, and the history says so to the bot', async () => {
    const about = await start()
    await fixture.ok(ADA, 'witness.ask', about)
    const { id, code } = await codeFor(7)
    const outcome = { kind: 'unreachable', bot: 'seer_bot' } as const
    await fixture.ok(theWitness, 'witness.sent', { id, outcome })
    expect(await pending()).toEqual([])
    const last = fixture.engine.events.after(0, 100).at(-1)
    expect(last).toMatchObject({
      type: 'witness.unreachable',
      request_id: about.id,
      data: { admin: 7, bot: 'seer_bot' },
    })
    const totp = enroll(fixture, 7)()
    expect(await fixture.call(ADA, 'request.approve', { ...about, totp, witness_code: code })).toMatchObject(
      refusedAs('factor_refused', { why: 'none' }),
    )
  })

  test('is waited for, and comes as soon as it is there', async () => {
    const about = await start()
    const waiting = fixture.ok(theWitness, 'witness.pending', { wait_ms: 10_000 })
    await fixture.ok(ADA, 'witness.ask', about)
    const began = performance.now()
    expect((await waiting).items).toHaveLength(1)
    expect(performance.now() - began).toBeLessThan(2000)
  })

  test('is not waited for longer than asked, nor by a worker that stops', async () => {
    await start()
    const began = performance.now()
    expect((await fixture.ok(theWitness, 'witness.pending', { wait_ms: 50 })).items).toEqual([])
    expect(performance.now() - began).toBeLessThan(2000)
    const waiting = fixture.ok(theWitness, 'witness.pending', { wait_ms: 20_000 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    await fixture.engine.stop(0)
    expect((await waiting).items).toEqual([])
  })

  test('never names a code in the database, the history or a remembered answer', async () => {
    const about = await start()
    const totp = enroll(fixture, 7)
    await fixture.ok(ADA, 'witness.ask', about)
    const { id, code } = await codeFor(7)
    await sent(id)
    await fixture.ok(ADA, 'request.approve', { ...about, totp: totp(), witness_code: code })
    const { databaseSnapshot } = await import('../../../support/database-snapshot.ts')
    expect(JSON.stringify(databaseSnapshot(fixture.databaseFile))).not.toContain(code)
  })
})
