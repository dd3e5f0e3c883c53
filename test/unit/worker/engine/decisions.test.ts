import { afterEach, describe, expect, test } from 'vitest'
import type { OperationName } from '../../../../src/protocol/operations.ts'
import type { RequestView } from '../../../../src/protocol/views.ts'
import type { Caller } from '../../../../src/worker/caller.ts'
import type { OperationResult } from '../../../../src/worker/engine.ts'
import {
  admin,
  alice,
  engineFixture,
  type Fixture,
  operator,
  osUser,
  role,
  telegramUser,
  testConfig,
} from '../../../support/engine-fixture.ts'
import { addAccount } from '../../../support/fake-host.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

const HOUR = 3_600_000

function codeOf(result: OperationResult<OperationName>): string {
  return result.ok ? 'ok' : result.error.code
}

function withRoles(...roles: ReturnType<typeof role>[]) {
  const all = new Map(testConfig().roles)
  for (const one of roles) all.set(one.name, one)
  return { config: { roles: all } }
}

describe('a draft', () => {
  test('of the same actor with the same answers is the same draft with the same digest', async () => {
    fixture = await engineFixture()
    const draft = (caller = operator, change = {}) =>
      fixture.ok(caller, 'request.draft', {
        answers: {
          telegram_id: 42,
          name: 'Alice',
          os_user: 'alice',
          role: 'user',
          account: 'create',
          ...change,
        },
      })
    const first = await draft()
    fixture.time.now += 1000
    const second = await draft()
    expect(second.request).toMatchObject({
      id: first.request.id,
      plan: { digest: first.request.plan.digest },
    })
    expect((await draft(admin(7))).request.id).not.toBe(first.request.id)
    expect((await draft(operator, { name: 'Alicia' })).request.id).not.toBe(first.request.id)
  })

  test('that replaces an older one of the same actor cancels that one, and nobody else’s', async () => {
    fixture = await engineFixture()
    const answers = {
      telegram_id: 42,
      name: 'Alice',
      os_user: 'alice',
      role: 'user',
      account: 'create' as const,
    }
    const older = await fixture.ok(admin(7), 'request.draft', { answers })
    const foreign = await fixture.ok(admin(8), 'request.draft', { answers })
    const edited = { ...answers, name: 'Alicia' }
    await fixture.ok(admin(7), 'request.draft', { answers: edited, replaces: older.request.id })
    await fixture.ok(admin(7), 'request.draft', { answers: edited, replaces: foreign.request.id })
    const state = async (id: number) => (await fixture.ok(operator, 'request.get', { id })).request.state
    expect(await state(older.request.id)).toBe('cancelled')
    expect(await state(foreign.request.id)).toBe('draft')
  })

  test('about somebody else is refused to who may only ask for themself', async () => {
    fixture = await engineFixture()
    const newcomer = telegramUser(42, ['requests.draft.own'])
    const answers = {
      telegram_id: 42,
      name: 'Al',
      os_user: 'alice',
      role: 'user',
      account: 'create' as const,
    }
    await fixture.ok(newcomer, 'request.draft', { answers })
    const foreign = { ...answers, telegram_id: 43 }
    expect(codeOf(await fixture.call(newcomer, 'request.draft', { answers: foreign }))).toBe('not_permitted')
  })

  test('after too many in a day is refused, except to the operator', async () => {
    fixture = await engineFixture({ limits: { ownDraftsPerDay: 2 } })
    const newcomer = telegramUser(42, ['requests.draft.own'])
    const draft = (name: string, caller = newcomer) =>
      fixture.call(caller, 'request.draft', {
        answers: { telegram_id: 42, name, os_user: 'alice', role: 'user', account: 'create' },
      })
    expect([codeOf(await draft('A')), codeOf(await draft('B')), codeOf(await draft('C'))]).toEqual([
      'ok',
      'ok',
      'too_many',
    ])
    expect(codeOf(await draft('D', operator))).toBe('ok')
    fixture.time.now += 25 * HOUR
    expect(codeOf(await draft('E'))).toBe('ok')
  })

  test('vanishes after a day, and can no longer be submitted', async () => {
    fixture = await engineFixture()
    const { request } = await fixture.ok(operator, 'request.draft', {
      answers: { telegram_id: 42, name: 'Alice', os_user: 'alice', role: 'user', account: 'create' },
    })
    fixture.time.now += 24 * HOUR
    const submitted = await fixture.call(operator, 'request.submit', {
      id: request.id,
      digest: request.plan.digest,
    })
    expect(codeOf(submitted)).toBe('expired')
  })
})

describe('submitting', () => {
  test('another plan than the one that was shown is refused, and the draft shows the new one', async () => {
    fixture = await engineFixture()
    const { request } = await fixture.ok(operator, 'request.draft', {
      answers: { telegram_id: 42, name: 'Alice', os_user: 'alice', role: 'user', account: 'create' },
    })
    fixture.machine.paths.set('/var/lib/usher/data', {
      kind: 'directory',
      uid: 0,
      gid: 5,
      mode: 0o711,
    })
    const { id } = request
    const refused = await fixture.call(operator, 'request.submit', { id, digest: request.plan.digest })
    expect(codeOf(refused)).toBe('digest_differs')
    const now = await fixture.ok(operator, 'request.get', { id })
    expect(now.request.plan.digest).not.toBe(request.plan.digest)
    await fixture.ok(operator, 'request.submit', { id, digest: now.request.plan.digest })
  })

  test.for([
    ['OS user', { telegram_id: 43 }],
    ['Telegram id', { os_user: 'bob' }],
  ] as const)('the second request for the same %s is a conflict that names the first', async ([, change]) => {
    fixture = await engineFixture()
    const drafts: { caller: Caller; request: RequestView }[] = []
    for (const [caller, answers] of [
      [admin(7), {}],
      [admin(8), change],
    ] as const) {
      drafts.push({
        caller,
        ...(await fixture.ok(caller, 'request.draft', {
          answers: {
            telegram_id: 42,
            name: 'A',
            os_user: 'alice',
            role: 'user',
            account: 'create',
            ...answers,
          },
        })),
      })
    }
    const submit = ({ caller, request: { id, plan } }: (typeof drafts)[number]) =>
      fixture.call(caller, 'request.submit', { id, digest: plan.digest })
    expect(codeOf(await submit(drafts[0]!))).toBe('ok')
    const second = await submit(drafts[1]!)
    expect(second).toMatchObject({ error: { code: 'held', params: { request: drafts[0]?.request.id } } })
    await fixture.ok(admin(7), 'request.cancel', { id: drafts[0]!.request.id })
    expect(codeOf(await submit(drafts[1]!))).toBe('ok')
  })

  test('two adoptions of accounts that share a uid is a conflict', async () => {
    fixture = await engineFixture({
      machine: (machine) => {
        addAccount(machine, 'alice', 1500)
        addAccount(machine, 'alice2', 1500)
      },
    })
    await fixture.submit(operator, { account: 'adopt' })
    const second = await fixture.call(operator, 'request.draft', {
      answers: { telegram_id: 43, name: 'B', os_user: 'alice2', role: 'user', account: 'adopt' },
    })
    expect(second).toMatchObject({ error: { code: 'held', violations: [{ code: 'held_by_request' }] } })
  })

  test('somebody else’s draft is answered like one that does not exist', async () => {
    fixture = await engineFixture()
    const { request } = await fixture.ok(operator, 'request.draft', {
      answers: { telegram_id: 42, name: 'Alice', os_user: 'alice', role: 'user', account: 'create' },
    })
    const stranger = telegramUser(9, ['requests.draft.own', 'requests.read.own', 'requests.cancel.own'])
    const digest = request.plan.digest
    const real = await fixture.call(stranger, 'request.submit', { id: request.id, digest })
    const absent = await fixture.call(stranger, 'request.submit', { id: 999, digest })
    expect(JSON.stringify(real).replaceAll(`${request.id}`, '#')).toBe(
      JSON.stringify(absent).replaceAll('999', '#'),
    )
    expect(codeOf(await fixture.call(stranger, 'request.get', { id: request.id }))).toBe('not_found')
    expect(codeOf(await fixture.call(stranger, 'request.cancel', { id: request.id }))).toBe('not_found')
  })
})

describe('deciding', () => {
  test('of racing decisions exactly one counts, and the others learn who, what and when', async () => {
    fixture = await engineFixture()
    const { id, plan } = await fixture.submit(operator)
    const results = await Promise.all([
      fixture.call(admin(7), 'request.approve', { id, digest: plan.digest }),
      fixture.call(admin(8), 'request.deny', { id }),
      fixture.call(admin(9), 'request.approve', { id, digest: plan.digest }),
      fixture.call(operator, 'request.cancel', { id }),
    ])
    const winners = results.filter(({ ok }) => ok)
    expect(winners).toHaveLength(1)
    for (const result of results.filter(({ ok }) => !ok)) {
      expect(result).toMatchObject({
        error: { code: 'already_decided', params: { by: expect.any(String), at: fixture.time.now } },
      })
    }
    const types = fixture.engine.events.after(0, 100).map(({ type }) => type)
    const decisions = ['request.approved', 'request.denied', 'request.cancelled']
    expect(types.filter((type) => decisions.includes(type))).toHaveLength(1)
    expect(fixture.store.runs.count(['queued', 'running', 'succeeded'])).toBeLessThan(2)
  })

  test('on another digest is refused', async () => {
    fixture = await engineFixture()
    const { id } = await fixture.submit(operator)
    const result = await fixture.call(operator, 'request.approve', { id, digest: 'x'.repeat(22) })
    expect(codeOf(result)).toBe('digest_differs')
  })

  test('a denial keeps its reason and frees the person for another request', async () => {
    fixture = await engineFixture()
    const { id } = await fixture.submit(operator)
    const { request } = await fixture.ok(admin(7), 'request.deny', { id, reason: 'not this week' })
    expect(request).toMatchObject({
      state: 'denied',
      reason: 'not this week',
      decided_by: { key: 'telegram:7' },
    })
    await fixture.submit(operator, { name: 'Again' })
  })

  test('what nobody decided in time lapses by the worker’s clock, and the answer then is no', async () => {
    fixture = await engineFixture()
    const { id, plan } = await fixture.submit(operator)
    fixture.time.now += 24 * HOUR
    expect(codeOf(await fixture.call(operator, 'request.approve', { id, digest: plan.digest }))).toBe(
      'expired',
    )
    const { request } = await fixture.ok(operator, 'request.get', { id })
    expect(request).toMatchObject({ state: 'expired', decided_by: { key: 'worker' }, run_id: null })
    await fixture.submit(operator, { name: 'Again' })
  })

  test('may be taken as long as the role says from the submission on, however old the draft was', async () => {
    const policy = { count: 1, self: true, step_up: 'none', expiresMs: 3 * HOUR } as const
    fixture = await engineFixture({
      config: { roles: new Map([['user', role('user', { approval: policy })]]) },
    })
    const { request: draft } = await fixture.ok(operator, 'request.draft', { answers: alice })
    fixture.time.now += 2 * HOUR
    const { id, plan } = draft
    const { request } = await fixture.ok(operator, 'request.submit', { id, digest: plan.digest })
    expect(request.expires_at).toBe(fixture.time.now + 3 * HOUR)
    fixture.time.now += 3 * HOUR - 1
    expect((await fixture.ok(operator, 'request.get', { id })).request.state).toBe('submitted')
    fixture.time.now += 1
    expect((await fixture.ok(operator, 'request.get', { id })).request.state).toBe('expired')
  })

  test('counts distinct persons, one each, until there are enough', async () => {
    fixture = await engineFixture(
      withRoles(role('user', { approval: { count: 2, self: true, step_up: 'none', expiresMs: HOUR } })),
    )
    const { id, plan } = await fixture.submit(operator)
    const approve = (caller: ReturnType<typeof admin>) =>
      fixture.ok(caller, 'request.approve', { id, digest: plan.digest })
    expect((await approve(admin(7))).request.missing).toEqual([{ kind: 'approvals', have: 1, need: 2 }])
    expect((await approve(admin(7))).request.missing).toEqual([{ kind: 'approvals', have: 1, need: 2 }])
    expect((await approve(admin(8))).request.state).toBe('approved')
  })

  test('the requester’s own approval does not count where the policy wants somebody else', async () => {
    fixture = await engineFixture(
      withRoles(role('user', { approval: { count: 1, self: false, step_up: 'none', expiresMs: HOUR } })),
    )
    const { id, plan } = await fixture.submit(admin(7))
    const own = await fixture.call(admin(7), 'request.approve', { id, digest: plan.digest })
    expect(codeOf(own)).toBe('not_permitted')
    const { request } = await fixture.ok(admin(8), 'request.approve', { id, digest: plan.digest })
    expect(request.state).toBe('approved')
  })

  test.for(['chat first', 'terminal first'] as const)(
    'a role with the step-up terminal waits for chat and terminal, %s',
    async (order) => {
      fixture = await engineFixture(
        withRoles(role('boss', { approval: { count: 2, self: true, step_up: 'terminal', expiresMs: HOUR } })),
      )
      const { id, plan, missing } = await fixture.submit(admin(7), { role: 'boss' })
      expect(missing).toEqual([{ kind: 'approvals', have: 0, need: 2 }, { kind: 'terminal' }])
      const steps = [
        () => fixture.ok(admin(7), 'request.approve', { id, digest: plan.digest }),
        () => fixture.ok(operator, 'request.confirm', { id, digest: plan.digest }),
      ]
      if (order === 'terminal first') steps.reverse()
      const { request } = await steps[0]!()
      expect(request.state).toBe('submitted')
      expect((await steps[1]!()).request.state).toBe('approved')
    },
  )

  test('chat approvals alone never pass the step-up terminal', async () => {
    fixture = await engineFixture(
      withRoles(role('boss', { approval: { count: 1, self: true, step_up: 'terminal', expiresMs: HOUR } })),
    )
    const { id, plan } = await fixture.submit(admin(7), { role: 'boss' })
    for (const telegramId of [7, 8, 9]) {
      const { request } = await fixture.ok(admin(telegramId), 'request.approve', { id, digest: plan.digest })
      expect(request).toMatchObject({ state: 'submitted', missing: [{ kind: 'terminal' }] })
    }
    expect(codeOf(await fixture.call(admin(7), 'request.confirm', { id, digest: plan.digest }))).toBe(
      'not_permitted',
    )
  })

  test('by chat is capped for all admins together; the terminal stays open', async () => {
    fixture = await engineFixture({ config: { approval: { holdMs: 0, chatPerDay: 1 } } })
    const first = await fixture.submit(operator)
    const second = await fixture.submit(operator, { telegram_id: 43, os_user: 'bob' })
    const approve = (caller: Caller, { id, plan }: RequestView) =>
      fixture.call(caller, 'request.approve', { id, digest: plan.digest })
    expect(codeOf(await approve(admin(7), first))).toBe('ok')
    expect(codeOf(await approve(admin(8), second))).toBe('too_many')
    expect(codeOf(await approve(operator, second))).toBe('ok')
  })

  test('a uid decides nothing, an admin’s neither', async () => {
    fixture = await engineFixture()
    const { id, plan } = await fixture.submit(operator)
    const adminsUid = {
      ...osUser(1007, 'a7'),
      role: 'admin',
      permissions: admin(7).permissions,
      personKey: 'person:7',
    }
    for (const call of [
      fixture.call(adminsUid, 'request.approve', { id, digest: plan.digest }),
      fixture.call(adminsUid, 'request.deny', { id }),
      fixture.call(adminsUid, 'request.confirm', { id, digest: plan.digest }),
      fixture.call(adminsUid, 'run.undo', { run_id: 1 }),
    ]) {
      expect(codeOf(await call)).toBe('not_permitted')
    }
  })
})

describe('adopting an account', () => {
  const adopting = async () => {
    const made = await engineFixture({ machine: (machine) => addAccount(machine, 'alice', 1500) })
    return made
  }

  test('waits for its owner, who claims it with the code as that uid', async () => {
    fixture = await adopting()
    const { id, plan, missing, claim_code: code } = await fixture.submit(admin(7), { account: 'adopt' })
    expect(missing).toContainEqual({ kind: 'consent' })
    expect(code).toMatch(/^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}$/)
    const { request } = await fixture.ok(admin(7), 'request.approve', { id, digest: plan.digest })
    expect(request).toMatchObject({ state: 'submitted', missing: [{ kind: 'consent' }] })
    const owner = osUser(1500, 'alice')
    const typed = (code ?? '').toLowerCase().replaceAll('-', ' ')
    const shown = await fixture.ok(owner, 'claim.show', { code: typed })
    expect(shown).toMatchObject({ request_id: id, person: 'Alice', plan: { digest: plan.digest } })
    expect(codeOf(await fixture.call(owner, 'claim.accept', { code: typed, digest: 'x'.repeat(22) }))).toBe(
      'digest_differs',
    )
    await fixture.ok(owner, 'claim.accept', { code: typed, digest: plan.digest })
    expect((await fixture.ended(1)).state).toBe('succeeded')
    expect(codeOf(await fixture.call(owner, 'claim.show', { code: typed }))).toBe('claim_refused')
  })

  test('a code is of no use to another uid, to the bot, or to the operator, and tries are counted', async () => {
    fixture = await engineFixture({
      machine: (machine) => addAccount(machine, 'alice', 1500),
      limits: { claimAttemptsPerHour: 3 },
    })
    const { claim_code } = await fixture.submit(admin(7), { account: 'adopt' })
    const code = claim_code ?? ''
    expect(codeOf(await fixture.call(osUser(1501, 'mallory'), 'claim.show', { code }))).toBe('claim_refused')
    expect(codeOf(await fixture.call(admin(7), 'claim.show', { code }))).toBe('not_permitted')
    expect(codeOf(await fixture.call(operator, 'claim.show', { code }))).toBe('not_permitted')
    const owner = osUser(1500, 'alice')
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(codeOf(await fixture.call(owner, 'claim.show', { code: 'AAAAA' }))).toBe('claim_refused')
    }
    expect(codeOf(await fixture.call(owner, 'claim.show', { code }))).toBe('too_many')
  })

  test('the code is stored as a hash only, and submitting again gives a new one in its place', async () => {
    fixture = await adopting()
    const { request } = await fixture.ok(admin(7), 'request.draft', {
      answers: { telegram_id: 42, name: 'Alice', os_user: 'alice', role: 'user', account: 'adopt' },
    })
    const submit = () =>
      fixture.call(admin(7), 'request.submit', { id: request.id, digest: request.plan.digest }, 'same-key')
    const codes = [await submit(), await submit()].map((result) =>
      result.ok ? result.output.claim_code : null,
    )
    expect(codes[0]).toBeTruthy()
    expect(codes[1]).toBeTruthy()
    expect(codes[1]).not.toBe(codes[0])
    const owner = osUser(1500, 'alice')
    expect(codeOf(await fixture.call(owner, 'claim.show', { code: codes[0] ?? '' }))).toBe('claim_refused')
    expect(codeOf(await fixture.call(owner, 'claim.show', { code: codes[1] ?? '' }))).toBe('ok')
    const stored = fixture.store.idempotency.find({
      actorKey: 'telegram:7',
      operation: 'request.submit',
      key: 'same-key',
    })
    expect(stored?.output).toContain('"claim_code":null')
  })

  test('uid 0 stands in for the owner with a reason, and only with one', async () => {
    fixture = await adopting()
    const { id, plan } = await fixture.submit(admin(7), { account: 'adopt' })
    const digest = plan.digest
    const without = await fixture.ok(operator, 'request.confirm', { id, digest })
    expect(without.request.missing).toEqual([{ kind: 'consent' }])
    const { request } = await fixture.ok(operator, 'request.confirm', {
      id,
      digest,
      reason: 'asked her by phone',
    })
    expect(request.state).toBe('approved')
  })

  test('the operator’s own request carries its reason in the answers', async () => {
    fixture = await adopting()
    const { id, plan } = await fixture.submit(operator, { account: 'adopt', reason: 'my own second account' })
    const { request } = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    expect(request.state).toBe('approved')
  })

  test('with root-equivalent power needs a terminal too; with adopt: admin no consent', async () => {
    fixture = await engineFixture({
      config: { adopt: 'admin' },
      machine: (machine) => {
        addAccount(machine, 'alice', 1500)
        machine.power.set('alice', { groups: ['docker'], sudoRules: [], linger: false, authorizedKeys: 0 })
      },
    })
    const { id, plan, claim_code } = await fixture.submit(admin(7), { account: 'adopt' })
    expect(claim_code).toBeNull()
    const { request } = await fixture.ok(admin(7), 'request.approve', { id, digest: plan.digest })
    expect(request.missing).toEqual([{ kind: 'terminal' }])
  })
})
