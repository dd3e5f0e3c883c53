import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OperationInput } from '../../../../src/protocol/operations.ts'
import type { RequestView } from '../../../../src/protocol/views.ts'
import type { Caller } from '../../../../src/worker/caller.ts'
import {
  admin,
  engineFixture,
  type Fixture,
  operator,
  osUser,
  role,
  telegramUser,
  testConfig,
} from '../../../support/engine-fixture.ts'
import { addAccount, DATA } from '../../../support/fake-host.ts'

const HOUR = 3_600_000
const roles = new Map([
  ...testConfig().roles,
  ['builder', role('builder', { groups: ['builders'] })],
  [
    'lead',
    role('lead', {
      groups: ['builders', 'leads'],
      approval: { count: 2, self: false, step_up: 'none', expiresMs: 2 * HOUR },
    }),
  ],
])

let fixture: Fixture
beforeEach(async () => {
  fixture = await engineFixture({ config: { roles } })
  for (const name of ['builders', 'leads']) {
    fixture.machine.groups.set(name, { name, gid: 900, members: [] })
  }
  expect((await fixture.onboard({ model: 'small' })).state).toBe('succeeded')
  fixture.steps.splice(0)
})
afterEach(() => fixture.remove())

type Edit = OperationInput<'person.edit'>

async function submitted(changes: Edit['changes'], caller: Caller = operator, more: Partial<Edit> = {}) {
  const { request } = await fixture.ok(caller, 'person.edit', { name: 'alice', changes, ...more })
  const { id, plan } = request
  return (await fixture.ok(caller, 'request.submit', { id, digest: plan.digest })).request
}

/** Approved by root and by whoever else is needed, and done. */
async function edited(changes: Edit['changes'], more: Partial<Edit> = {}) {
  const { id, plan } = await submitted(changes, operator, more)
  const { request } = await fixture.ok(operator, 'request.confirm', {
    id,
    digest: plan.digest,
    ...(more.reason === undefined ? {} : { reason: more.reason }),
  })
  let approved = request
  for (const one of [7, 8]) {
    if (approved.state !== 'submitted') break
    approved = (await fixture.ok(admin(one), 'request.approve', { id, digest: plan.digest })).request
  }
  return fixture.ended(approved.run_id ?? 0)
}

const refusal = async (changes: Edit['changes'], more: Partial<Edit> = {}) => {
  const answer = await fixture.call(operator, 'person.edit', { name: 'alice', changes, ...more })
  if (answer.ok) throw new Error('it was not refused')
  return answer.error.violations?.map(({ field, code }) => `${field} ${code}`)
}

const kinds = ({ plan }: Pick<RequestView, 'plan'>) => plan.steps.map(({ kind }) => kind)
const alice = () => fixture.machine.roster.find(({ name }) => name.startsWith('Al'))

describe('an edit', () => {
  test('of what only the roster says changes the roster, tells the services, and nothing else', async () => {
    const request = await submitted({ model: 'big', pr_review: true }, admin(7))
    expect(request).toMatchObject({
      kind: 'edit',
      answers: { telegram_id: 42, os_user: 'alice', model: 'big', pr_review: true },
      edit: {
        before: { model: 'small' },
        after: { model: 'big', pr_review: true },
        changed: ['model', 'pr_review'],
        proof: null,
        identity: false,
      },
      plan: { demands: { terminal: false, consent: false } },
      missing: [{ kind: 'approvals', have: 0, need: 1 }],
    })
    expect(kinds(request)).toEqual(['roster', 'service'])
    const { id, plan } = request
    const approved = await fixture.ok(admin(7), 'request.approve', { id, digest: plan.digest })
    const run = await fixture.ended(approved.request.run_id ?? 0)
    expect(run).toMatchObject({ kind: 'edit', state: 'succeeded', undoable: true, choices: ['undo'] })
    expect(alice()).toEqual({
      ...{ telegram_id: 42, name: 'Alice', os_user: 'alice', role: 'user' },
      ...{ model: 'big', pr_review: true },
    })
    expect(fixture.steps).toEqual(['roster apply', 'service apply'])
  })

  test('takes a value away that an entry need not have, and none that it must', async () => {
    expect((await edited({ model: null })).state).toBe('succeeded')
    expect(alice()).not.toHaveProperty('model')
    expect(await refusal({ name: null, github: null })).toEqual(['name required'])
  })

  test('of the role adds its groups, proves again, and says which groups stay', async () => {
    const up = await edited({ role: 'lead' })
    expect(up.steps.map(({ kind }) => kind)).toEqual(['groups', 'smoke-test', 'roster', 'service'])
    expect(fixture.machine.groups.get('leads')?.members).toEqual(['alice'])
    const down = await submitted({ role: 'user' })
    expect(down.plan.steps[0]).toMatchObject({
      kind: 'groups',
      effect: 'already',
      notes: expect.arrayContaining([
        { code: 'groups.never_stripped', params: { groups: 'builders, leads', role: 'lead' } },
      ]),
    })
    await fixture.ok(operator, 'request.confirm', { id: down.id, digest: down.plan.digest })
    const { request } = await fixture.ok(admin(7), 'request.approve', {
      id: down.id,
      digest: down.plan.digest,
    })
    expect(request.state).toBe('submitted')
    const second = await fixture.ok(admin(8), 'request.approve', { id: down.id, digest: down.plan.digest })
    expect((await fixture.ended(second.request.run_id ?? 0)).state).toBe('succeeded')
    expect(fixture.machine.groups.get('leads')?.members).toEqual(['alice'])
    expect(alice()?.role).toBe('user')
  })

  test.each([
    ['role', { role: 'builder' }],
    ['telegram_id', { telegram_id: 99 }],
  ])('of the %s is nothing that chat can decide alone', async (_field, changes) => {
    const { id, plan, edit } = await submitted(changes, admin(7))
    expect(plan.demands.terminal).toBe(true)
    expect(edit?.identity).toBe(true)
    for (const one of [7, 8, 9]) {
      const { request } = await fixture.ok(admin(one), 'request.approve', { id, digest: plan.digest })
      expect(request).toMatchObject({ state: 'submitted', missing: [{ kind: 'terminal' }] })
    }
    const before = structuredClone(fixture.machine.roster)
    expect(fixture.machine.roster).toEqual(before)
    const { request } = await fixture.ok(operator, 'request.confirm', { id, digest: plan.digest })
    expect(request.state).toBe('approved')
    expect((await fixture.ended(request.run_id ?? 0)).state).toBe('succeeded')
  })

  test.each([
    ['up', 'user', 'lead'],
    ['down', 'lead', 'user'],
  ])('of the role %s is decided by the stricter of both policies', async (_way, from, to) => {
    if (from === 'lead') await edited({ role: from })
    const { edit, expires_at, submitted_at, id, plan } = await submitted({ role: to }, admin(7))
    expect(edit?.policy).toEqual({ count: 2, self: false, step_up: 'none', expires_ms: 2 * HOUR })
    expect(expires_at - (submitted_at ?? 0)).toBe(2 * HOUR)
    const own = await fixture.call(admin(7), 'request.approve', { id, digest: plan.digest })
    expect(own).toMatchObject({ error: { code: 'not_permitted' } })
  })

  test('about oneself is nobody’s own to approve where a policy wants somebody else', async () => {
    const { request } = await fixture.ok(admin(7), 'person.edit', {
      name: 'alice',
      changes: { telegram_id: 8 },
      proof: 'picker',
    })
    expect(request.edit?.proof).toBe('picker')
    await fixture.ok(admin(7), 'request.cancel', { id: request.id })
    await edited({ role: 'lead' })
    const { id, plan } = await submitted({ telegram_id: 8 }, operator)
    for (const one of [8, 42]) {
      const answer = await fixture.call(admin(one), 'request.approve', { id, digest: plan.digest })
      expect(answer).toMatchObject({ error: { code: 'not_permitted' } })
    }
  })

  test('of the workspace makes the new folder and names the old one', async () => {
    await edited({ workspace_base: '{home}/old' })
    const { id, plan } = await submitted({ workspace_base: '{home}/new' })
    expect(kinds({ plan })).toEqual(['data-dirs', 'smoke-test', 'roster', 'service'])
    expect(plan.steps[0]?.notes).toContainEqual({ code: 'dir.left', params: { path: '/home/alice/old' } })
    const { request } = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    expect((await fixture.ended(request.run_id ?? 0)).state).toBe('succeeded')
    for (const name of ['old', 'new']) expect(fixture.machine.paths.has(`/home/alice/${name}`)).toBe(true)
  })

  test('of the Telegram id makes folders for the new one, names the old ones, and knows them from then on', async () => {
    const run = await edited({ telegram_id: 99 }, { proof: 'contact' })
    expect(run.steps.map(({ kind }) => kind)).toEqual([
      ...['data-dirs', 'memory-seed', 'smoke-test', 'roster', 'service'],
    ])
    for (const id of [42, 99]) expect(fixture.machine.paths.has(join(DATA, `memory/${id}`))).toBe(true)
    const { reconciliation } = await fixture.ok(operator, 'reconcile.check', {})
    expect(reconciliation.findings).toEqual([])
    const { person } = await fixture.ok(operator, 'people.get', { name: '99' })
    expect(person).toMatchObject({ os_user: 'alice', last_run_id: run.id, state: 'active' })
  })

  test('of the OS user takes another account over with its owner’s consent, and leaves the old one', async () => {
    addAccount(fixture.machine, 'al', 4501)
    for (const folder of ['memory/42', 'history/42', 'memory/42/MEMORY.md']) {
      fixture.machine.paths.delete(join(DATA, folder))
    }
    const { request } = await fixture.ok(admin(7), 'person.edit', {
      name: 'alice',
      changes: { os_user: 'al' },
    })
    expect(request.plan.demands).toEqual({ terminal: true, consent: true })
    expect(request.plan.steps[0]).toMatchObject({
      kind: 'account',
      notes: expect.arrayContaining([{ code: 'account.left', params: { os_user: 'alice' } }]),
    })
    const { id, plan } = request
    const { claim_code } = await fixture.ok(admin(7), 'request.submit', { id, digest: plan.digest })
    const code = claim_code ?? ''
    await fixture.ok(admin(7), 'request.approve', { id, digest: plan.digest })
    await fixture.ok(osUser(4501, 'al'), 'claim.accept', { code, digest: plan.digest })
    expect((await fixture.ok(operator, 'request.get', { id })).request.missing).toEqual([
      { kind: 'terminal' },
    ])
    const confirmed = await fixture.ok(operator, 'request.confirm', { id, digest: plan.digest })
    expect((await fixture.ended(confirmed.request.run_id ?? 0)).state).toBe('succeeded')
    expect(alice()?.os_user).toBe('al')
    expect(fixture.machine.accounts.has('alice')).toBe(true)
  })

  test('of the OS user is refused while the folders belong to the old account', async () => {
    addAccount(fixture.machine, 'al', 4501)
    expect(await refusal({ os_user: 'al' })).toEqual(
      expect.arrayContaining(['data path_wrong_owner', 'data path_wrong_owner']),
    )
  })

  test('says everything that is wrong at once, and nothing about what was wrong before', async () => {
    fixture.machine.roster = fixture.machine.roster.map((entry) => ({ ...entry, name: 'Alice: odd' }))
    await fixture.onboard({ telegram_id: 43, os_user: 'bob', name: 'Bob' })
    expect(
      await refusal({
        telegram_id: 43,
        os_user: 'bob',
        role: 'boss',
        github: '-x',
        max_budget: -1,
        github_repos: ['a/b', 'nonsense'],
      }),
    ).toEqual(
      expect.arrayContaining([
        ...['role role_unknown', 'github github_login_invalid', 'max_budget budget_invalid'],
        ...['github_repos.1 github_repo_invalid', 'telegram_id telegram_id_on_roster'],
        ...['os_user os_user_on_roster', 'os_user edit_two_persons'],
      ]),
    )
    expect(await refusal({ model: 'small' })).toEqual(['changes edit_nothing'])
    expect(await refusal({ role: 'public' })).toEqual(['role role_not_grantable'])
    expect(await refusal({ name: 'A\u202eB' })).toEqual(['name text_has_control_characters'])
    expect(
      (await fixture.ok(admin(7), 'person.check-edit', { name: 'alice', changes: { model: 'x' } }))
        .violations,
    ).toEqual([])
    expect(
      (await fixture.ok(admin(7), 'person.check-edit', { name: 'alice', changes: { github: '-' } }))
        .violations,
    ).toMatchObject([{ field: 'github', code: 'github_login_invalid' }])
  })

  test('of the Telegram id waits for whoever has not pressed Start yet', async () => {
    await fixture.onboard({ telegram_id: 43, os_user: 'bob', name: 'Bob', proof: 'typed' })
    const answer = await fixture.call(operator, 'person.edit', { name: 'bob', changes: { telegram_id: 44 } })
    expect(answer).toMatchObject({
      error: { violations: [{ field: 'telegram_id', code: 'edit_waits_for_start', params: { run: 2 } }] },
    })
  })

  test('is for admins and root alone, and hides who is not there from everybody else', async () => {
    const member = telegramUser(42, ['requests.draft.own', 'people.read.own'], alice() ?? null)
    for (const operation of ['person.edit', 'person.check-edit'] as const) {
      const input = { name: 'alice', changes: { model: 'x' } }
      for (const caller of [member, osUser(1001, 'alice')]) {
        expect(await fixture.call(caller, operation, input)).toMatchObject({
          error: { code: 'not_permitted' },
        })
      }
      expect(await fixture.call(admin(7), operation, { ...input, name: 'nobody' })).toMatchObject({
        error: { code: 'not_found' },
      })
    }
    expect(await fixture.call(member, 'person.retest', { name: 'alice' })).toMatchObject({
      error: { code: 'not_permitted' },
    })
  })

  test('is read by whom it is about, and by a new Telegram id only once it is decided', async () => {
    const { id, plan } = await submitted({ telegram_id: 99 })
    const [old, later] = [42, 99].map((one) => telegramUser(one, ['requests.read.own', 'runs.read.own']))
    if (old === undefined || later === undefined) throw new Error('nobody')
    expect(await fixture.call(old, 'request.get', { id })).toMatchObject({ ok: true })
    expect(await fixture.call(later, 'request.get', { id })).toMatchObject({ error: { code: 'not_found' } })
    await fixture.ok(operator, 'request.confirm', { id, digest: plan.digest })
    expect(await fixture.call(later, 'request.get', { id })).toMatchObject({ ok: true })
  })

  test('holds whom it is about as they are and as they would be', async () => {
    await submitted({ telegram_id: 99 })
    const other = {
      ...{ telegram_id: 99, name: 'X', os_user: 'xena', role: 'user' },
      account: 'create' as const,
    }
    const answer = await fixture.call(operator, 'request.draft', { answers: other })
    expect(answer).toMatchObject({ error: { code: 'held' } })
    expect(
      await fixture.call(operator, 'person.edit', { name: 'alice', changes: { model: 'x' } }),
    ).toMatchObject({
      error: { code: 'held' },
    })
  })
})

describe('an entry that was changed by hand', () => {
  const byHand = (change: object) => {
    fixture.machine.roster = fixture.machine.roster.map((entry) => ({ ...entry, ...change }))
  }

  test('between approval and run brings the edit back, about the entry as it stands now', async () => {
    await fixture.restart({ limits: { concurrentRuns: 0 } })
    const { id, plan } = await submitted({ model: 'big' })
    const { request } = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    byHand({ github: 'alice-x' })
    await fixture.restart({ limits: {} })
    expect((await fixture.ended(request.run_id ?? 0)).state).toBe('superseded')
    const back = (await fixture.ok(operator, 'request.get', { id })).request
    expect(back).toMatchObject({
      state: 'submitted',
      revision: 2,
      edit: {
        before: { model: 'small', github: 'alice-x' },
        after: { model: 'big', github: 'alice-x' },
        changed: ['model'],
      },
    })
    expect(back.returned?.differences).toEqual([
      { code: 'roster_entry_changed', params: { os_user: 'alice', fields: 'github' } },
    ])
    const again = await fixture.ok(operator, 'request.approve', { id, digest: back.plan.digest })
    expect((await fixture.ended(again.request.run_id ?? 0)).state).toBe('succeeded')
    expect(alice()).toMatchObject({ model: 'big', github: 'alice-x' })
  })

  test('before it is submitted makes another plan of the draft', async () => {
    const draft = await fixture.ok(operator, 'person.edit', { name: 'alice', changes: { model: 'big' } })
    const { id, plan } = draft.request
    byHand({ role: 'lead' })
    expect(await fixture.call(operator, 'request.submit', { id, digest: plan.digest })).toMatchObject({
      error: { code: 'digest_differs' },
    })
    const { request } = await fixture.ok(operator, 'request.get', { id })
    expect(request).toMatchObject({ answers: { role: 'lead' }, edit: { policy: { count: 2 } } })
    await fixture.ok(operator, 'request.submit', { id, digest: request.plan.digest })
  })

  test('to the very values, or away, is said', async () => {
    const draft = await fixture.ok(operator, 'person.edit', { name: 'alice', changes: { model: 'big' } })
    const { id, plan } = draft.request
    byHand({ model: 'big' })
    expect(await fixture.call(operator, 'request.submit', { id, digest: plan.digest })).toMatchObject({
      error: { violations: [{ code: 'edit_nothing' }] },
    })
    fixture.machine.roster = []
    expect(await fixture.call(operator, 'request.submit', { id, digest: plan.digest })).toMatchObject({
      error: { violations: [{ code: 'entry_gone' }] },
    })
  })
})

describe('taking an edit back', () => {
  const undo = async (runId: number) => {
    const { request } = await fixture.ok(operator, 'run.undo', { run_id: runId })
    const { id, plan } = request
    await fixture.ok(operator, 'request.submit', { id, digest: plan.digest })
    const approved = await fixture.ok(operator, 'request.confirm', { id, digest: plan.digest })
    return fixture.ended(approved.request.run_id ?? 0)
  }

  test('gives back what was, groups and entry', async () => {
    const before = structuredClone(fixture.machine.roster)
    const run = await edited({ role: 'builder', model: 'big' })
    expect((await undo(run.id)).state).toBe('succeeded')
    expect(fixture.machine.roster).toEqual(before)
    expect(fixture.machine.groups.get('builders')?.members).toEqual([])
    const { reconciliation } = await fixture.ok(operator, 'reconcile.check', {})
    expect(reconciliation.findings).toEqual([])
  })

  test('is decided by the stricter policy too, and comes before that of what was before', async () => {
    const run = await edited({ role: 'builder' })
    const early = await fixture.call(operator, 'run.undo', { run_id: 1 })
    expect(early).toMatchObject({
      error: { code: 'not_undoable', message: expect.stringContaining(`undo run ${run.id} first`) },
    })
    expect((await fixture.ok(operator, 'run.get', { id: 1 })).run).toMatchObject({
      undoable: false,
      choices: [],
    })
    await undo(run.id)
    expect((await undo(1)).state).toBe('succeeded')
    expect(fixture.machine.roster).toEqual([])
  })

  test('of a person who was edited after the undo was drafted is refused', async () => {
    const { request } = await fixture.ok(operator, 'run.undo', { run_id: 1 })
    await edited({ telegram_id: 99 })
    const late = await fixture.call(operator, 'request.submit', {
      id: request.id,
      digest: request.plan.digest,
    })
    expect(late).toMatchObject({ error: { code: 'not_undoable' } })
  })
})

test('an edit whose step fails is undone, and can be tried again', async () => {
  await fixture.restart({
    config: { roles },
    script: { service: { apply: () => ({ code: 'service_not_active' }) } },
  })
  const before = structuredClone(fixture.machine.roster)
  const run = await edited({ role: 'builder' })
  expect(run).toMatchObject({ state: 'undone', choices: ['retry', 'keep'] })
  expect(fixture.machine.roster).toEqual(before)
  await fixture.restart({ config: { roles } })
  const { request } = await fixture.ok(operator, 'run.retry', { run_id: run.id })
  const again = await fixture.ok(operator, 'request.approve', { id: request.id, digest: request.plan.digest })
  expect((await fixture.ended(again.request.run_id ?? 0)).state).toBe('succeeded')
  expect(alice()?.role).toBe('builder')
})

describe('a re-test', () => {
  async function retest(caller: Caller = admin(7)) {
    const { request } = await fixture.ok(caller, 'person.retest', { name: 'alice' })
    expect(kinds(request)).toEqual(['smoke-test'])
    const { id, plan } = request
    await fixture.ok(caller, 'request.submit', { id, digest: plan.digest })
    const approved = await fixture.ok(caller, 'request.approve', { id, digest: plan.digest })
    expect(approved.request.state).toBe('approved')
    return fixture.ended(approved.request.run_id ?? 0)
  }
  const lastSmoke = async () =>
    (await fixture.ok(operator, 'people.get', { name: 'alice' })).person.last_smoke

  test('needs one admin whatever the role asks, and is remembered with when and why', async () => {
    await edited({ role: 'lead' })
    fixture.time.now += 1000
    const run = await retest()
    expect(run).toMatchObject({ kind: 'retest', state: 'succeeded', undoable: false, choices: [] })
    expect(await lastSmoke()).toEqual({ passed: true, at: fixture.time.now, run_id: run.id, failure: null })
    expect(await fixture.call(operator, 'run.undo', { run_id: run.id })).toMatchObject({
      error: { code: 'not_undoable' },
    })
    const failure = {
      code: 'not_isolated',
      params: { path: '/home/alice', who: 'bob', why: 'it is open' },
    } as const
    await fixture.restart({ config: { roles }, script: { 'smoke-test': { apply: () => failure } } })
    fixture.time.now += 1000
    const failed = await retest()
    expect(failed.state).toBe('undone')
    expect(await lastSmoke()).toEqual({ passed: false, at: fixture.time.now, run_id: failed.id, failure })
    expect(alice()?.role).toBe('lead')
  })

  test('leaves what the history knows of the entry as it is', async () => {
    await retest()
    const { reconciliation } = await fixture.ok(operator, 'reconcile.check', {})
    expect(reconciliation.findings).toEqual([])
    expect((await fixture.ok(operator, 'run.get', { id: 1 })).run.choices).toEqual(['undo'])
  })

  test('of somebody without an account is refused', async () => {
    fixture.machine.accounts.clear()
    expect(await fixture.call(operator, 'person.retest', { name: 'alice' })).toMatchObject({
      error: { violations: [{ code: 'os_user_missing' }] },
    })
  })
})

test('people are listed with what their account is', async () => {
  await fixture.onboard({ telegram_id: 43, os_user: 'bob', name: 'Bob', proof: 'typed' })
  await fixture.onboard({ telegram_id: 44, os_user: 'cleo', name: 'Cleo' })
  await fixture.onboard({ telegram_id: 45, os_user: 'dora', name: 'Dora' })
  fixture.machine.expired.add('cleo')
  fixture.machine.accounts.delete('dora')
  const { people } = await fixture.ok(admin(7), 'people.list', {})
  expect(people.map(({ state }) => state)).toEqual(['active', 'waits_for_start', 'not_active', 'not_active'])
})
