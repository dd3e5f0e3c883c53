import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { RosterEntry } from '../../../../src/domain/person.ts'
import type { ReconciliationView, RunView } from '../../../../src/protocol/views.ts'
import { databaseSnapshot } from '../../../support/database-snapshot.ts'
import {
  admin,
  engineFixture,
  type Fixture,
  type FixtureOptions,
  operator,
  role,
  telegramUser,
} from '../../../support/engine-fixture.ts'
import { addAccount, DATA } from '../../../support/fake-host.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

const memory = join(DATA, 'memory/42')
const history = join(DATA, 'history/42')

async function withAlice(options: FixtureOptions = {}): Promise<void> {
  fixture = await engineFixture(options)
  expect((await fixture.onboard()).state).toBe('succeeded')
}

async function reconcile(): Promise<ReconciliationView & { id: number }> {
  const { reconciliation } = await fixture.ok(operator, 'reconcile.run', {})
  return { ...reconciliation, id: reconciliation.id ?? 0 }
}

/** Approves all that a reconciliation asked for and waits for the runs. */
async function repair(caller = operator): Promise<RunView[]> {
  const { id, digest } = await reconcile()
  const { reconciliation } = await fixture.ok(caller, 'reconcile.approve', { id, digest: digest ?? '' })
  return Promise.all(reconciliation.requests.map(({ run_id }) => fixture.ended(run_id ?? 0)))
}

function entry(change: Partial<RosterEntry>): RosterEntry {
  return { telegram_id: 42, name: 'Alice', os_user: 'alice', role: 'user', ...change }
}

const repairsAskedFor = () =>
  fixture.engine.events
    .after(0, 1000)
    .filter(({ type, data }) => type === 'request.submitted' && data['kind'] === 'repair').length

describe('a repair', () => {
  test('is asked for by the worker, planned, approved and run like any other, and adds what is missing', async () => {
    await withAlice()
    fixture.machine.paths.delete(memory)
    const found = await reconcile()
    expect(found).toMatchObject({
      outcome: 'differs',
      requests: [
        { state: 'submitted', revision: 1, os_user: 'alice', run_id: null, missing: [{ kind: 'approvals' }] },
      ],
    })
    const { request } = await fixture.ok(admin(7), 'request.get', { id: found.requests[0]!.id })
    expect(request).toMatchObject({
      kind: 'repair',
      requester: { key: 'worker' },
      findings: [{ code: 'dir.missing', params: { path: memory } }],
      plan: { demands: { terminal: false, consent: false } },
    })
    expect(request.plan.steps.map(({ kind, effect }) => `${kind} ${effect}`)).toEqual([
      'account already',
      'groups already',
      'data-dirs change',
      'memory-seed already',
      'smoke-test change',
      'roster already',
    ])
    const approved = await fixture.ok(admin(7), 'reconcile.approve', {
      id: found.id,
      digest: found.digest ?? '',
    })
    expect(approved.refused).toEqual([])
    const run = await fixture.ended(approved.reconciliation.requests[0]!.run_id ?? 0)
    expect(run).toMatchObject({ kind: 'repair', state: 'succeeded', undoable: true, choices: ['undo'] })
    expect(fixture.machine.paths.has(memory)).toBe(true)
    expect(fixture.machine.roster).toHaveLength(1)
    expect(await reconcile()).toMatchObject({ outcome: 'clean', requests: [] })
    expect(fixture.store.holds.all().size).toBe(0)
  })

  test('can be approved one by one as well, and then there is nothing left for all at once', async () => {
    await withAlice()
    fixture.machine.paths.delete(memory)
    const found = await reconcile()
    const [request] = found.requests
    await fixture.ok(admin(7), 'request.approve', { id: request!.id, digest: request!.digest })
    const late = await fixture.call(admin(8), 'reconcile.approve', {
      id: found.id,
      digest: found.digest ?? '',
    })
    expect(late).toMatchObject({ ok: false, error: { code: 'already_decided' } })
    const { reconciliation } = await fixture.ok(admin(8), 'reconcile.get', { id: found.id })
    expect(reconciliation).toMatchObject({ digest: null, requests: [{ state: 'approved' }] })
  })

  test('of an account that is gone makes it anew, and it waits for its person’s Start', async () => {
    await withAlice()
    const { machine } = fixture
    machine.accounts.delete('alice')
    machine.groups.delete('alice')
    for (const path of ['/home/alice', memory, history, join(memory, 'MEMORY.md')]) machine.paths.delete(path)
    const [run] = await repair()
    expect(run?.state).toBe('succeeded')
    expect(machine.accounts.has('alice')).toBe(true)
    expect(machine.expired.has('alice')).toBe(true)
    await fixture.ok(telegramUser(42, []), 'person.started', {})
    await expect.poll(() => machine.expired.has('alice')).toBe(false)
  })

  test('that fails is undone, and does not keep others from theirs', async () => {
    await withAlice()
    await fixture.onboard({ telegram_id: 43, os_user: 'bob', name: 'Bob' })
    await fixture.restart({
      script: { 'data-dirs': { apply: () => ({ code: 'disk_full', params: { path: '/' } }) } },
    })
    fixture.machine.paths.delete(memory)
    fixture.machine.paths.delete(join(DATA, 'memory/43/MEMORY.md'))
    fixture.machine.paths.delete(join(DATA, 'history/43'))
    const runs = await repair()
    expect(runs.map(({ state }) => state)).toEqual(['undone', 'undone'])
    await fixture.restart()
    expect((await repair()).map(({ state }) => state)).toEqual(['succeeded', 'succeeded'])
  })

  test('never strips, replaces, re-owns, re-modes or activates: what it must not touch is left as a finding', async () => {
    await withAlice()
    const { machine } = fixture
    machine.groups.set('extra', { name: 'extra', gid: 700, members: ['alice'] })
    machine.paths.set(history, { kind: 'directory', uid: 1001, gid: 1001, mode: 0o700 })
    machine.paths.set(memory, { kind: 'directory', uid: 1001, gid: 1001, mode: 0o750 })
    machine.expired.add('alice')
    machine.paths.delete(join(memory, 'MEMORY.md'))
    const [run] = await repair()
    expect(run?.state).toBe('succeeded')
    expect(machine.groups.get('extra')?.members).toEqual(['alice'])
    expect(machine.paths.get(memory)).toMatchObject({ mode: 0o750 })
    expect(machine.expired.has('alice')).toBe(true)
    const left = await reconcile()
    expect(left.findings.map(({ code }) => code)).toEqual(['dir.mode', 'account.never_activated'])
    expect(left.requests).toEqual([])
  })

  test('is refused to whoever may not decide, and to a bot without anybody behind it', async () => {
    await withAlice()
    fixture.machine.paths.delete(memory)
    const { id, digest } = await reconcile()
    const input = { id, digest: digest ?? '' }
    const user = telegramUser(43, ['requests.read.own'])
    for (const operation of ['reconcile.run', 'reconcile.check'] as const) {
      expect(await fixture.call(user, operation, {})).toMatchObject({ error: { code: 'not_permitted' } })
    }
    expect(await fixture.call(user, 'reconcile.get', { id })).toMatchObject({ ok: false })
    expect(await fixture.call(user, 'reconcile.approve', input)).toMatchObject({
      error: { code: 'not_permitted' },
    })
    expect(await fixture.call(admin(7), 'reconcile.get', { id: 99 })).toMatchObject({
      error: { code: 'not_found' },
    })
  })

  test('is bound to what was shown: another drift needs another digest', async () => {
    await withAlice()
    fixture.machine.paths.delete(memory)
    const { id, digest } = await reconcile()
    const other = { id, digest: `${digest?.slice(0, 21)}${digest?.endsWith('A') ? 'B' : 'A'}` }
    expect(await fixture.call(admin(7), 'reconcile.approve', other)).toMatchObject({
      error: { code: 'digest_differs' },
    })
    fixture.machine.paths.delete(history)
    await reconcile()
    expect(await fixture.call(admin(7), 'reconcile.approve', { id, digest: digest ?? '' })).toMatchObject({
      error: { code: 'already_decided' },
    })
  })

  test('goes back when the host changes between approval and run, and the next look replaces it', async () => {
    await withAlice()
    fixture.machine.paths.delete(memory)
    const { id, digest, requests } = await reconcile()
    fixture.machine.paths.delete(history)
    await fixture.ok(admin(7), 'reconcile.approve', { id, digest: digest ?? '' })
    const old = requests[0]!.id
    await expect
      .poll(async () => (await fixture.ok(operator, 'request.get', { id: old })).request)
      .toMatchObject({ state: 'submitted', revision: 2 })
    expect(fixture.store.holds.all().size).toBe(0)
    const again = await reconcile()
    expect((await fixture.ok(operator, 'request.get', { id: old })).request.state).toBe('cancelled')
    expect(again.requests).toMatchObject([{ state: 'submitted', revision: 1 }])
    expect(again.findings).toMatchObject([{ params: { path: memory } }, { params: { path: history } }])
  })

  test('waits for whatever else holds the person by then, and says what that is', async () => {
    await withAlice()
    const other = await fixture.submit(admin(7), { telegram_id: 43, os_user: 'bob', name: 'Bob' })
    fixture.machine.paths.delete(memory)
    const { id, digest } = (await reconcile()).requests[0]!
    fixture.store.holds.take(['telegram:42'], other.id)
    const refused = await fixture.call(admin(7), 'request.approve', { id, digest })
    expect(refused).toMatchObject({ error: { code: 'held', params: { request: other.id } } })
    fixture.store.holds.release(other.id)
    const { request } = await fixture.ok(admin(7), 'request.approve', { id, digest })
    expect((await fixture.ended(request.run_id ?? 0)).state).toBe('succeeded')
  })

  test('of several people: what one of them refuses does not keep the others', async () => {
    await withAlice()
    await fixture.onboard({ telegram_id: 43, os_user: 'bob', name: 'Bob' })
    const policy = { count: 1, self: false, step_up: 'none', expiresMs: 3_600_000 } as const
    await fixture.restart({ config: { roles: new Map([['user', role('user', { approval: policy })]]) } })
    fixture.machine.paths.delete(memory)
    fixture.machine.paths.delete(join(DATA, 'memory/43'))
    const { id, digest } = await reconcile()
    // Bob cannot approve what is about himself where the policy counts nobody's own.
    const answer = await fixture.ok(admin(43), 'reconcile.approve', { id, digest: digest ?? '' })
    expect(answer.refused).toMatchObject([{ error: { code: 'not_permitted' } }])
    expect(answer.reconciliation.requests.map(({ state }) => state)).toEqual(['approved', 'submitted'])
  })
})

describe('asking for a repair', () => {
  test('happens once for one drift, however often it is seen', async () => {
    await withAlice()
    fixture.machine.paths.delete(memory)
    const first = await reconcile()
    const second = await reconcile()
    expect(second.requests).toEqual(first.requests)
    expect(repairsAskedFor()).toBe(1)
    const told = fixture.engine.events.after(0, 1000).filter(({ type }) => type === 'reconcile.finished')
    expect(told.map(({ data }) => data['changed'])).toEqual([true, false])
  })

  test('is taken back when the drift is gone, and asked anew when it is another', async () => {
    await withAlice()
    fixture.machine.paths.delete(memory)
    const first = await reconcile()
    fixture.machine.paths.delete(history)
    const second = await reconcile()
    expect(second.requests).toHaveLength(1)
    expect(second.requests[0]!.id).not.toBe(first.requests[0]!.id)
    for (const path of [memory, history]) {
      fixture.machine.paths.set(path, { kind: 'directory', uid: 1001, gid: 1001, mode: 0o700 })
    }
    expect(await reconcile()).toMatchObject({ outcome: 'clean', requests: [] })
    expect(fixture.store.requests.openRepairs()).toEqual([])
  })

  test('does not happen again after a denial, before the drift changes', async () => {
    await withAlice()
    fixture.machine.paths.delete(memory)
    const { requests } = await reconcile()
    await fixture.ok(admin(7), 'request.deny', { id: requests[0]!.id, reason: 'on purpose' })
    expect(await reconcile()).toMatchObject({ outcome: 'differs', requests: [] })
    fixture.machine.paths.delete(history)
    expect((await reconcile()).requests).toHaveLength(1)
  })

  test('happens again after it expired undecided', async () => {
    await withAlice()
    fixture.machine.paths.delete(memory)
    const { requests } = await reconcile()
    fixture.time.now += 25 * 3_600_000
    const again = await reconcile()
    expect((await fixture.ok(operator, 'request.get', { id: requests[0]!.id })).request.state).toBe('expired')
    expect(again.requests).toHaveLength(1)
  })

  test('after a repair failed happens again when somebody asks, and not when its failure was noted', async () => {
    await withAlice()
    await fixture.restart({ script: { 'data-dirs': { verify: () => ({ code: 'internal' }) } } })
    fixture.machine.paths.delete(memory)
    await repair()
    const [run] = await repair()
    expect(run?.state).toBe('undone')
    expect(repairsAskedFor()).toBe(2)
    await fixture.ok(operator, 'run.keep', { run_id: run!.id })
    expect(await reconcile()).toMatchObject({ outcome: 'differs', requests: [] })
  })

  test('leaves out whoever something is under way about, and keeps nobody from asking for something else', async () => {
    await withAlice()
    const run = await fixture.onboard({ telegram_id: 43, os_user: 'bob', name: 'Bob' })
    fixture.machine.paths.delete(join(DATA, 'memory/43'))
    const before = await reconcile()
    expect(before.requests).toHaveLength(1)
    const { request } = await fixture.ok(admin(7), 'run.undo', { run_id: run.id })
    await fixture.ok(admin(7), 'request.submit', { id: request.id, digest: request.plan.digest })
    const repairRequest = await fixture.ok(operator, 'request.get', { id: before.requests[0]!.id })
    expect(repairRequest.request.state).toBe('cancelled')
    const during = await reconcile()
    expect(during).toMatchObject({
      outcome: 'clean',
      people: 1,
      findings: [],
      skipped: [{ telegram_id: 43, os_user: 'bob', request_id: request.id }],
    })
  })

  test('leaves out whoever something ended about while everybody was looked at', async () => {
    let meanwhile: () => void = () => undefined
    await withAlice({ onSnapshot: () => meanwhile() })
    const request = await fixture.submit(admin(7), { telegram_id: 43, os_user: 'bob', name: 'Bob' })
    // The run has made the account, and takes it away again and ends before the look does.
    addAccount(fixture.machine, 'bob', 1600)
    meanwhile = () => fixture.store.holds.release(request.id)
    expect(await reconcile()).toMatchObject({ outcome: 'clean', findings: [] })
    meanwhile = () => undefined
    expect((await reconcile()).findings).toMatchObject([{ code: 'account.no_entry', os_user: 'bob' }])
  })

  test('is bounded: the others’ turn comes when the first ones are decided, and nobody’s repair is taken back for it', async () => {
    await withAlice({ limits: { repairsAtOnce: 1 } })
    await fixture.onboard({ telegram_id: 43, os_user: 'bob', name: 'Bob' })
    fixture.machine.paths.delete(join(DATA, 'memory/43'))
    const first = await reconcile()
    expect(first.requests.map(({ os_user }) => os_user)).toEqual(['bob'])
    fixture.machine.paths.delete(memory)
    const second = await reconcile()
    expect(second.requests.map(({ os_user }) => os_user)).toEqual(['bob', 'alice'])
    expect(second.requests[0]?.id).toBe(first.requests[0]?.id)
    expect(second.findings).toHaveLength(2)
  })

  test('of five at once is one look and one record', async () => {
    await withAlice()
    fixture.machine.paths.delete(memory)
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => fixture.ok(operator, 'reconcile.run', {})),
    )
    expect(new Set(answers.map(({ reconciliation }) => reconciliation.id)).size).toBe(1)
    expect(repairsAskedFor()).toBe(1)
    const rows = databaseSnapshot(fixture.databaseFile)['reconciliations']
    expect(rows).toHaveLength(1)
  })
})

describe('somebody whom root put on the roster by hand', () => {
  const byHand = entry({ telegram_id: 50, name: 'Hana', os_user: 'hana', model: 'opus' })

  async function withHana(power = {}): Promise<void> {
    fixture = await engineFixture({
      machine: (machine) => {
        addAccount(machine, 'hana', 1500)
        machine.power.set('hana', {
          groups: ['hana'],
          sudoRules: [],
          linger: false,
          authorizedKeys: 1,
          ...power,
        })
        machine.roster.push(byHand)
      },
    })
  }

  test('is taken over by a repair that lists what the account can do, and is no finding afterwards', async () => {
    await withHana()
    const found = await reconcile()
    expect(found.findings.map(({ code, repairable }) => [code, repairable])).toEqual([
      ['entry.unrecorded', true],
      ['dir.missing', true],
      ['dir.missing', true],
      ['seed.missing', true],
    ])
    const { request } = await fixture.ok(operator, 'request.get', { id: found.requests[0]!.id })
    expect(request.plan.demands).toEqual({ terminal: false, consent: false })
    const notes = request.plan.steps.flatMap((step) => step.notes.map(({ code }) => code))
    expect(notes).toEqual(expect.arrayContaining(['account.adopt', 'account.power.keys', 'roster.record']))
    const [run] = await repair(admin(7))
    expect(run?.state).toBe('succeeded')
    expect(fixture.machine.accounts.get('hana')?.uid).toBe(1500)
    expect(await reconcile()).toMatchObject({ outcome: 'clean', people: 1 })
  })

  test.each([
    ['sudo rules', { sudoRules: ['hana ALL=(ALL) ALL'] }],
    ['a group that equals root', { groups: ['hana', 'docker'] }],
  ])('needs a terminal when the account has %s', async (_what, power) => {
    await withHana(power)
    const { id, digest } = await reconcile()
    const { reconciliation } = await fixture.ok(admin(7), 'reconcile.approve', { id, digest: digest ?? '' })
    expect(reconciliation.requests).toMatchObject([{ state: 'submitted', missing: [{ kind: 'terminal' }] }])
    const confirmed = await fixture.ok(operator, 'reconcile.approve', {
      id,
      digest: reconciliation.digest ?? '',
    })
    expect(confirmed.reconciliation.requests).toMatchObject([{ state: 'approved' }])
  })

  test('keeps account, home and entry when the take-over is undone, and loses what it added', async () => {
    await withHana()
    const [run] = await repair()
    const { request } = await fixture.ok(operator, 'run.undo', { run_id: run!.id })
    const { id, plan } = request
    await fixture.ok(operator, 'request.submit', { id, digest: plan.digest })
    const approved = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    expect((await fixture.ended(approved.request.run_id ?? 0)).state).toBe('succeeded')
    const { machine } = fixture
    expect(machine.roster).toEqual([byHand])
    expect(machine.accounts.has('hana')).toBe(true)
    expect(machine.paths.has('/home/hana')).toBe(true)
    expect(machine.paths.has(join(DATA, 'memory/50'))).toBe(false)
  })

  test('whose entry is changed by hand later is asked about again', async () => {
    await withHana()
    await repair()
    fixture.machine.roster = [{ ...byHand, max_budget: 10 }]
    const found = await reconcile()
    expect(found.findings).toMatchObject([{ code: 'entry.edited', params: { keys: 'max_budget' } }])
    await repair()
    expect(await reconcile()).toMatchObject({ outcome: 'clean' })
    fixture.machine.roster = [byHand]
    expect((await reconcile()).findings).toMatchObject([{ code: 'entry.edited' }])
  })

  test('in the role of an admin is confirmed as that role demands', async () => {
    fixture = await engineFixture({
      config: {
        roles: new Map([
          [
            'admin',
            role('admin', {
              permissions: ['*'],
              approval: { count: 1, self: true, step_up: 'terminal', expiresMs: 3_600_000 },
            }),
          ],
        ]),
      },
      machine: (machine) => {
        addAccount(machine, 'hana', 1500)
        machine.roster.push({ ...byHand, role: 'admin' })
      },
    })
    const { id, digest } = await reconcile()
    const { reconciliation } = await fixture.ok(admin(7), 'reconcile.approve', { id, digest: digest ?? '' })
    expect(reconciliation.requests).toMatchObject([{ missing: [{ kind: 'terminal' }] }])
  })

  test('without an account gets one', async () => {
    fixture = await engineFixture({ machine: (machine) => machine.roster.push(byHand) })
    const [run] = await repair()
    expect(run?.state).toBe('succeeded')
    expect(fixture.machine.accounts.has('hana')).toBe(true)
    expect(fixture.machine.roster).toEqual([byHand])
    expect(fixture.machine.expired.has('hana')).toBe(true)
  })
})
