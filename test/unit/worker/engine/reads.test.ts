import { afterEach, describe, expect, test } from 'vitest'
import type { Caller } from '../../../../src/worker/caller.ts'
import {
  admin,
  engineFixture,
  type Fixture,
  operator,
  osUser,
  telegramUser,
} from '../../../support/engine-fixture.ts'
import { addAccount, DATA } from '../../../support/fake-host.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

const alices = ['requests.read.own', 'runs.read.own', 'people.read.own', 'events.follow.own'] as const
const aliceEntry = { telegram_id: 42, name: 'Alice', os_user: 'alice', role: 'user' }
const aliceInChat = telegramUser(42, [...alices], aliceEntry)
const bobInChat = telegramUser(43, [...alices], {
  telegram_id: 43,
  name: 'Bob',
  os_user: 'bob',
  role: 'user',
})
const bot: Caller = {
  actor: { kind: 'bot' },
  listener: 'bot',
  person: null,
  role: 'bot',
  permissions: new Set(['events.follow.all']),
  personKey: null,
}

describe('requests and runs', () => {
  test('are seen by whom they are about and by who may see all; to others they do not exist', async () => {
    fixture = await engineFixture()
    const run = await fixture.onboard()
    const bob = await fixture.submit(operator, { telegram_id: 43, os_user: 'bob' })
    const list = async (caller: Caller) =>
      (await fixture.ok(caller, 'request.list', {})).requests.map(({ id }) => id)
    expect(await list(admin(7))).toEqual([bob.id, run.request_id])
    expect(await list(aliceInChat)).toEqual([run.request_id])
    expect((await fixture.ok(aliceInChat, 'run.get', { id: run.id })).run.state).toBe('succeeded')
    expect((await fixture.ok(aliceInChat, 'request.get', { id: run.request_id })).request.id).toBe(1)
    const hidden = await fixture.call(bobInChat, 'run.get', { id: run.id })
    const absent = await fixture.call(bobInChat, 'run.get', { id: 99 })
    expect(JSON.stringify(hidden)).toBe(JSON.stringify(absent).replaceAll('99', String(run.id)))
    expect(hidden).toMatchObject({ error: { code: 'not_found' } })
  })

  test('being its subject does not let a person cancel or submit a request', async () => {
    fixture = await engineFixture()
    const { id } = await fixture.submit(operator)
    const subject = telegramUser(42, ['requests.read.own', 'requests.cancel.own', 'requests.draft.own'])
    expect((await fixture.ok(subject, 'request.get', { id })).request.state).toBe('submitted')
    expect(await fixture.call(subject, 'request.cancel', { id })).toMatchObject({
      error: { code: 'not_found' },
    })
  })

  test('come a page at a time', async () => {
    fixture = await engineFixture()
    for (const index of [1, 2, 3])
      await fixture.submit(operator, { telegram_id: index, os_user: `u${index}` })
    const first = await fixture.ok(operator, 'request.list', { limit: 2 })
    expect(first).toMatchObject({ more: true, requests: [{ id: 3 }, { id: 2 }] })
    const second = await fixture.ok(operator, 'request.list', { limit: 2, before: 2 })
    expect(second).toMatchObject({ more: false, requests: [{ id: 1 }] })
  })

  test('name people as the roster does now', async () => {
    fixture = await engineFixture({
      machine: ({ roster }) =>
        roster.push({ telegram_id: 7, name: 'Grace', os_user: 'grace', role: 'admin' }),
    })
    const { id, plan } = await fixture.submit(admin(7))
    const { request } = await fixture.ok(admin(7), 'request.approve', { id, digest: plan.digest })
    expect(request.requester).toEqual({ key: 'telegram:7', name: 'Grace' })
    expect(request.approvals[0]?.by).toEqual({ key: 'telegram:7', name: 'Grace' })
  })
})

describe('events', () => {
  test('are told to the bot, to who may follow all, and to the person they are about', async () => {
    fixture = await engineFixture()
    await fixture.onboard()
    await fixture.submit(operator, { telegram_id: 43, os_user: 'bob' })
    const { events } = fixture.engine
    const seen = (caller: Caller) => events.after(0, 100).filter((event) => events.visibleTo(caller, event))
    const all = events.after(0, 100).length
    expect([seen(bot).length, seen(admin(7)).length, seen(operator).length]).toEqual([all, all, all])
    const own = seen(aliceInChat)
    expect(own.length).toBeGreaterThan(10)
    expect(own.every(({ subject_telegram_id }) => subject_telegram_id === 42)).toBe(true)
    expect(seen(telegramUser(9, []))).toEqual([])
    expect(events.after(all - 1, 100)).toHaveLength(1)
  })

  test('carry text that was cut inside a character', async () => {
    fixture = await engineFixture({
      script: { groups: { apply: () => ({ code: 'program_failed', detail: 'cut \ud83d' }) } },
    })
    expect((await fixture.onboard()).state).toBe('undone')
    const failed = fixture.engine.events.after(0, 100).find(({ type }) => type === 'step.failed')
    expect(failed?.data).toMatchObject({ failure: { detail: 'cut \ufffd' } })
  })
})

describe('people', () => {
  test('are the roster as it is now; oneself where the others are not to be seen', async () => {
    fixture = await engineFixture({ machine: (machine) => addAccount(machine, 'alice', 1500) })
    fixture.machine.roster.push(aliceEntry, { telegram_id: 43, name: 'Bob', os_user: 'bob', role: 'user' })
    const names = async (caller: Caller) =>
      (await fixture.ok(caller, 'people.list', {})).people.map(({ os_user, uid }) => `${os_user} ${uid}`)
    expect(await names(admin(7))).toEqual(['alice 1500', 'bob null'])
    expect(await names(aliceInChat)).toEqual(['alice 1500'])
    const { person } = await fixture.ok(admin(7), 'people.get', { name: '42' })
    expect(person).toMatchObject({
      os_user: 'alice',
      folders: [
        { path: `${DATA}/memory/42`, exists: false },
        { path: `${DATA}/history/42`, exists: false },
      ],
    })
    const hidden = await fixture.call(aliceInChat, 'people.get', { name: 'bob' })
    const absent = await fixture.call(aliceInChat, 'people.get', { name: 'eve' })
    expect(JSON.stringify(hidden)).toBe(JSON.stringify(absent).replaceAll('eve', 'bob'))
  })

  test('are not an empty list when the roster cannot be used', async () => {
    fixture = await engineFixture()
    fixture.machine.rosterProblem = 'it is a symbolic link'
    expect(await fixture.call(admin(7), 'people.list', {})).toMatchObject({
      error: { code: 'roster_unusable', params: { why: 'it is a symbolic link' } },
    })
  })
})

describe('about the worker and the caller', () => {
  test('the status is coarse for everybody and has details for who may read them', async () => {
    fixture = await engineFixture()
    await fixture.submit(operator)
    const coarse = await fixture.ok(osUser(1500, 'alice'), 'status', {})
    expect(coarse).toEqual({ version: 'test', mode: 'system', host: 'test-host', ready: true, details: null })
    const { details } = await fixture.ok(admin(7), 'status', {})
    expect(details).toMatchObject({
      open_requests: 1,
      queued: 0,
      running: 0,
      people: 0,
      roster_problem: null,
    })
  })

  test('the status says how the services are and when people were last compared', async () => {
    fixture = await engineFixture({ config: { services: [{ unit: 'kai.service', action: 'restart' }] } })
    const before = (await fixture.ok(admin(7), 'status', {})).details
    expect(before).toMatchObject({
      services: [{ unit: 'kai.service', state: 'active' }],
      reconciled: null,
    })
    fixture.machine.down.add('kai.service')
    const { reconciliation } = await fixture.ok(operator, 'reconcile.run', {})
    const after = (await fixture.ok(admin(7), 'status', {})).details
    expect(after).toMatchObject({
      services: [{ unit: 'kai.service', state: 'inactive' }],
      reconciled: { outcome: reconciliation.outcome, findings: reconciliation.findings.length },
    })
  })

  test('whoami says who the worker takes one for', async () => {
    fixture = await engineFixture()
    expect(await fixture.ok(admin(7), 'whoami', {})).toMatchObject({
      actor: { key: 'telegram:7' },
      admin: true,
    })
    expect(await fixture.ok(osUser(1500, 'alice'), 'whoami', {})).toMatchObject({
      actor: { key: 'os:1500', name: 'alice' },
      person: null,
      admin: false,
    })
  })

  test('the operator is nobody by name in a system, and the own account in single-user mode', async () => {
    fixture = await engineFixture()
    expect(await fixture.ok(operator, 'whoami', {})).toMatchObject({ actor: { key: 'operator', name: null } })
    await fixture.remove()
    fixture = await engineFixture({
      config: { mode: 'single-user', botUser: null },
      machine: (machine) => {
        machine.mode = 'single-user'
        addAccount(machine, 'mara', process.getuid?.() ?? 0)
      },
    })
    expect(await fixture.ok(operator, 'whoami', {})).toMatchObject({
      actor: { key: 'operator', name: 'mara' },
    })
  })

  test('the options are the roles that can be given', async () => {
    fixture = await engineFixture({ config: { defaults: { model: 'm' } } })
    const options = await fixture.ok(admin(7), 'onboarding.options', {})
    expect(options.roles.map(({ name }) => name)).toEqual(['admin', 'user'])
    expect(options.defaults).toEqual({
      workspace_base: null,
      model: 'm',
      agent_backend: null,
      max_budget: null,
    })
  })
})

describe('checking a name', () => {
  const check = async (os_user: string, telegram_id?: number) =>
    (
      await fixture.ok(admin(7), 'host.check-account', {
        os_user,
        ...(telegram_id === undefined ? {} : { telegram_id }),
      })
    ).check

  test('says whether it can be created or adopted, and what adopting brings', async () => {
    fixture = await engineFixture({
      machine: (machine) => {
        addAccount(machine, 'alice', 1500)
        addAccount(machine, 'service', 500)
        machine.power.set('alice', { groups: ['docker'], sudoRules: [], linger: false, authorizedKeys: 1 })
      },
    })
    expect(await check('carol')).toMatchObject({
      exists: false,
      can_create: true,
      can_adopt: false,
      power: [],
    })
    const alice = await check('alice')
    expect(alice).toMatchObject({ exists: true, uid: 1500, can_create: false, can_adopt: true })
    expect(alice.power.map(({ code }) => code)).toEqual(['account.power.groups', 'account.power.keys'])
    const service = await check('service')
    expect(service).toMatchObject({ can_create: false, can_adopt: false, power: [] })
    expect(service.adopt_violations).toMatchObject([{ code: 'os_user_not_a_person' }])
    expect((await check('root')).create_violations).toMatchObject([{ code: 'os_user_reserved' }])
  })

  test('counts the roster and open requests', async () => {
    fixture = await engineFixture({ machine: ({ roster }) => roster.push(aliceEntry) })
    await fixture.submit(operator, { telegram_id: 43, os_user: 'bob' })
    expect((await check('alice')).create_violations).toMatchObject([{ code: 'os_user_on_roster' }])
    expect((await check('carol', 42)).create_violations).toMatchObject([{ code: 'telegram_id_on_roster' }])
    expect((await check('bob')).create_violations).toMatchObject([{ code: 'held_by_request' }])
  })

  test('is capped for each who asks', async () => {
    fixture = await engineFixture({ limits: { checksPerMinute: 2 } })
    await check('a')
    await check('b')
    const call = (caller: Caller) => fixture.call(caller, 'host.check-account', { os_user: 'c' })
    expect(await call(admin(7))).toMatchObject({ error: { code: 'too_many' } })
    expect((await call(admin(8))).ok).toBe(true)
    fixture.time.now += 61_000
    expect((await call(admin(7))).ok).toBe(true)
  })
})
