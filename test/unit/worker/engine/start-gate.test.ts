import { afterEach, describe, expect, test } from 'vitest'
import { brokenLink, GENESIS_HASH } from '../../../../src/domain/event-hash.ts'
import type { RunView } from '../../../../src/protocol/views.ts'
import { crashing } from '../../../support/crashing-database.ts'
import {
  admin,
  engineFixture,
  type Fixture,
  operator,
  osUser,
  telegramUser,
} from '../../../support/engine-fixture.ts'
import { addAccount } from '../../../support/fake-host.ts'
import type { StepScript } from '../../../support/fake-steps.ts'

const ALICE = 42
let fixture: Fixture
afterEach(() => fixture.remove())

/** Somebody speaks through the bot, on the roster or not. */
const start = (telegramId = ALICE, key?: string) =>
  fixture.call(telegramUser(telegramId, []), 'person.started', {}, key)
const isExpired = () => fixture.machine.expired.has('alice')
const until = async (isSo: () => boolean) => {
  for (let tries = 0; tries < 2000 && !isSo(); tries++) await new Promise((done) => setTimeout(done, 1))
  expect(isSo()).toBe(true)
}
/** What can still happen has happened. */
const settled = () => new Promise((done) => setTimeout(done, 50))
const activationOf = (run: RunView) => run.steps.find(({ kind }) => kind === 'activation')?.notes
const runById = async (id: number) => (await fixture.ok(operator, 'run.get', { id })).run
const typesOf = () => fixture.engine.events.after(0, 500).map(({ type }) => type)

async function waiting(script: StepScript = {}): Promise<RunView> {
  fixture = await engineFixture({ script: { activation: script }, limits: { retryMs: 5 } })
  const run = await fixture.onboard({ proof: 'picker' })
  expect(run.state).toBe('succeeded')
  expect(isExpired()).toBe(true)
  return run
}

async function undo(runId = 1) {
  const { request } = await fixture.ok(operator, 'run.undo', { run_id: runId })
  const { id, plan } = request
  const submitted = await fixture.ok(operator, 'request.submit', { id, digest: plan.digest })
  return {
    id,
    approve: async () => {
      const { digest } = submitted.request.plan
      const { request: approved } = await fixture.ok(operator, 'request.approve', { id, digest })
      return fixture.ended(approved.run_id ?? 0)
    },
  }
}

describe('an account whose id was not proven by a Start', () => {
  test.for(['picker', 'forward', 'contact', 'typed'] as const)(
    'stays expired after its run, which succeeds and says so (%s)',
    async (proof) => {
      fixture = await engineFixture()
      const run = await fixture.onboard({ proof })
      expect(run).toMatchObject({ state: 'succeeded', undoable: true })
      expect(activationOf(run)).toMatchObject([{ code: 'activation.waits_for_start' }])
      expect(isExpired()).toBe(true)
      const { person } = await fixture.ok(admin(7), 'people.get', { name: 'alice' })
      expect(person.waits_for_start).toBe(true)
    },
  )

  test('is active once that person presses Start, with events for the cards and an unbroken chain', async () => {
    const { id } = await waiting()
    expect(await start()).toMatchObject({ ok: true, output: { activates: true } })
    await until(() => typesOf().includes('person.activated'))
    expect(isExpired()).toBe(false)
    const run = await runById(id)
    expect(activationOf(run)).toMatchObject([{ code: 'activation.lifted' }])
    const { person } = await fixture.ok(admin(7), 'people.get', { name: 'alice' })
    expect(person.waits_for_start).toBeUndefined()
    const event = fixture.engine.events.after(0, 500).find(({ type }) => type === 'person.activated')
    expect(event).toMatchObject({ request_id: 1, run_id: id, subject_telegram_id: ALICE })
    const genesis = { id: 0, hash: GENESIS_HASH }
    expect(brokenLink(fixture.store.events.after(0, 500), genesis)).toBeNull()
  })

  test('is not activated by anybody else’s Start', async () => {
    await waiting()
    fixture.machine.roster.push({ telegram_id: 43, name: 'Bob', os_user: 'bob', role: 'user' })
    expect(await start(43)).toMatchObject({ ok: true, output: { activates: false } })
    await settled()
    expect(isExpired()).toBe(true)
  })

  test.for([
    ['an adopted one', { account: 'adopt', proof: 'picker', reason: 'hers' }],
    ['one whose person had started the bot', { proof: 'started' }],
  ] as const)('does not concern %s', async ([, answers]) => {
    const adopts = 'account' in answers
    fixture = await engineFixture(
      adopts ? { machine: (machine) => void addAccount(machine, 'alice'), config: { adopt: 'admin' } } : {},
    )
    const run = await fixture.onboard(answers)
    expect(activationOf(run)).not.toMatchObject([{ code: 'activation.waits_for_start' }])
    expect(await start()).toMatchObject({ output: { activates: false } })
  })
})

describe('a Start', () => {
  test('of somebody whom neither the roster nor an open request names is answered as absent and not kept', async () => {
    fixture = await engineFixture()
    expect(await start()).toMatchObject({ ok: false, error: { code: 'not_found' } })
    expect(fixture.store.starts.has(ALICE)).toBe(false)
    const { id } = await fixture.submit(operator, { proof: 'typed' })
    expect(await start(43)).toMatchObject({ ok: false, error: { code: 'not_found' } })
    await fixture.ok(operator, 'request.cancel', { id })
    expect(await start()).toMatchObject({ ok: false, error: { code: 'not_found' } })
    expect(typesOf()).not.toContain('person.started')
  })

  test('is only said by the bot on behalf of that person: not by a uid, not by root', async () => {
    await waiting()
    const person = fixture.machine.roster[0]!
    for (const caller of [operator, { ...osUser(1001, 'alice'), person }]) {
      expect(await fixture.call(caller, 'person.started', {})).toMatchObject({
        error: { code: 'not_permitted' },
      })
    }
    expect(fixture.store.starts.has(ALICE)).toBe(false)
  })

  test('that comes while the request is open lets the run activate the account itself', async () => {
    fixture = await engineFixture()
    const { id, plan } = await fixture.submit(operator, { proof: 'typed' })
    expect(await start()).toMatchObject({ ok: true, output: { activates: false } })
    const { request } = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    expect((await fixture.ended(request.run_id ?? 0)).state).toBe('succeeded')
    expect(isExpired()).toBe(false)
  })

  test('that comes between activation and the end of the run counts when the run has ended', async () => {
    const reached = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<undefined>()
    const roster = {
      apply: () => {
        reached.resolve()
        return goOn.promise
      },
    }
    fixture = await engineFixture({ script: { roster } })
    const { id, plan } = await fixture.submit(operator, { proof: 'typed' })
    const { request } = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    await reached.promise
    expect(await start()).toMatchObject({ ok: true })
    await settled()
    expect(isExpired()).toBe(true)
    goOn.resolve(undefined)
    expect((await fixture.ended(request.run_id ?? 0)).state).toBe('succeeded')
    await until(() => !isExpired())
  })

  test('that is repeated changes nothing more and is one event', async () => {
    await waiting()
    await start(ALICE, 'one')
    await start(ALICE, 'one')
    await until(() => typesOf().includes('person.activated'))
    expect(await start()).toMatchObject({ output: { activates: false } })
    await settled()
    const types = typesOf()
    for (const type of ['person.started', 'person.activated']) {
      expect(types.filter((one) => one === type)).toHaveLength(1)
    }
  })

  test('of somebody who was taken out of the roster by hand gives no access, nor after the worker starts anew', async () => {
    await waiting()
    const entries = fixture.machine.roster.splice(0)
    fixture.store.starts.note(ALICE, 1)
    await fixture.restart()
    await settled()
    expect(isExpired()).toBe(true)
    fixture.machine.roster.push(...entries)
    await start()
    await until(() => !isExpired())
  })

  test('whose activation fails is tried again, and the failure is told once', async () => {
    let failures = 3
    const { id } = await waiting({
      apply: () => (failures-- > 0 ? { code: 'program_failed' } : undefined),
    })
    await start()
    await until(() => !isExpired() && typesOf().includes('person.activated'))
    expect(typesOf().filter((type) => type === 'step.failed')).toHaveLength(1)
    expect((await runById(id)).steps.every(({ failure }) => failure === null)).toBe(true)
  })

  test('waits while taking the run back is asked for, and does nothing once that is done', async () => {
    await waiting()
    const { approve } = await undo()
    expect(await start()).toMatchObject({ ok: true })
    await settled()
    expect(isExpired()).toBe(true)
    expect((await approve()).state).toBe('succeeded')
    expect((await runById(1)).state).toBe('undone')
    expect(fixture.machine.accounts.has('alice')).toBe(false)
    await settled()
    expect(typesOf()).not.toContain('person.activated')
  })

  test('counts once taking the run back was refused', async () => {
    await waiting()
    const { id } = await undo()
    await start()
    await settled()
    expect(isExpired()).toBe(true)
    await fixture.ok(operator, 'request.deny', { id })
    await until(() => !isExpired())
  })

  test('leaves a run that can be taken back', async () => {
    await waiting()
    await start()
    await until(() => typesOf().includes('person.activated'))
    expect((await (await undo()).approve()).state).toBe('succeeded')
    expect(fixture.machine.accounts.has('alice')).toBe(false)
  })

  test.for(['before', 'after'] as const)(
    'is finished by the next worker when this one is killed %s any write',
    { timeout: 30_000 },
    async (when) => {
      for (let at = 1; ; at++) {
        await waiting()
        const death = Promise.withResolvers<void>()
        let crashed = false
        await fixture.restart({
          // The engine's own start is two writes.
          wrap: crashing(at + 2, when, () => {
            crashed = true
            death.resolve()
          }),
        })
        const alive = start(ALICE, 'the-start')
          .then(() => until(() => !isExpired()))
          .catch(() => undefined)
        await Promise.race([death.promise, alive])
        if (!crashed) await settled()
        await fixture.restart()
        // The bot asks again for an update that was not answered.
        expect(await start(ALICE, 'the-start')).toMatchObject({ ok: true })
        await until(() => typesOf().includes('person.activated'))
        expect(isExpired(), `write ${at}`).toBe(false)
        if (!crashed) {
          expect(at).toBeGreaterThanOrEqual(5)
          return
        }
        await fixture.remove()
      }
    },
  )
})
