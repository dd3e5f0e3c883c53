import { afterEach, describe, expect, test } from 'vitest'
import type { OperationInput } from '../../../../src/protocol/operations.ts'
import type { Caller } from '../../../../src/worker/caller.ts'
import {
  admin,
  engineFixture,
  type Fixture,
  operator,
  osUser,
  telegramUser,
} from '../../../support/engine-fixture.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

const list = async (caller: Caller, input: OperationInput<'audit.list'> = {}) =>
  (await fixture.ok(caller, 'audit.list', input)).entries
const types = async (input: OperationInput<'audit.list'>) =>
  (await list(operator, input)).map(({ type }) => type)

describe('the history', () => {
  test('is browsed by request, run, type and person, newest first', async () => {
    fixture = await engineFixture()
    const run = await fixture.onboard()
    const bob = await fixture.submit(admin(7), { telegram_id: 43, os_user: 'bob', name: 'Bob' })
    await fixture.ok(admin(8), 'request.deny', { id: bob.id, reason: 'not now' })
    expect(await types({ request: bob.id })).toEqual([
      'request.denied',
      'request.submitted',
      'request.drafted',
    ])
    expect(await types({ run: run.id })).toEqual(
      (await types({ request: run.request_id })).filter((type) => /^(run|step)\.|approved$/.test(type)),
    )
    expect(await types({ type: 'request.denied' })).toEqual(['request.denied'])
    expect(await types({ run: run.id, request: bob.id })).toEqual([])
    // About Alice, whether she is still on the roster or not: by name and by id.
    const about = await list(operator, { person: '42', limit: 200 })
    expect(new Set(about.map(({ subject }) => subject?.telegram_id))).toEqual(new Set([42]))
    expect(await list(operator, { person: 'alice', limit: 200 })).toEqual(about)
    // What an admin did, not only what is about them.
    expect((await list(operator, { person: '8' })).map(({ type }) => type)).toEqual(['request.denied'])
    expect((await list(operator, { person: '7' })).map(({ type }) => type)).toEqual([
      'request.submitted',
      'request.drafted',
    ])
    expect(await fixture.call(operator, 'audit.list', { person: 'nobody' })).toMatchObject({
      error: { code: 'not_found' },
    })
  })

  test('is browsed by time, the beginning included and the end not', async () => {
    fixture = await engineFixture()
    const { now } = fixture.time
    for (const minute of [1, 2, 3]) {
      fixture.time.now = now + minute * 60_000
      await fixture.submit(operator, { telegram_id: 40 + minute, os_user: `u${minute}` })
    }
    const at = (minute: number) => now + minute * 60_000
    const requests = async (input: OperationInput<'audit.list'>) =>
      (await list(operator, input)).map(({ request_id }) => request_id)
    expect(await requests({ from: at(2), to: at(3) })).toEqual([2, 2])
    expect(await requests({ from: at(2) })).toEqual([3, 3, 2, 2])
    expect(await requests({ to: at(2), type: 'request.drafted' })).toEqual([1])
    expect(await requests({ request: 3, to: at(3) })).toEqual([])
  })

  test.each<[string, OperationInput<'audit.list'>]>([
    ['all of it', {}],
    ['a person', { person: 'alice' }],
    ['a request', { request: 1 }],
    ['a type', { type: 'step.finished' }],
    ['a span of time', { from: 0 }],
    ['a span of time and a person', { from: 0, person: '42' }],
  ])('comes a page at a time without a gap or a repetition: %s', async (_, filter) => {
    fixture = await engineFixture()
    await fixture.onboard()
    const all = await list(operator, { ...filter, limit: 200 })
    expect(all.length).toBeGreaterThan(4)
    const paged: number[] = []
    let before: number | undefined
    for (;;) {
      const page = await fixture.ok(operator, 'audit.list', {
        ...{ ...filter, limit: 3 },
        ...(before === undefined ? {} : { before }),
      })
      paged.push(...page.entries.map(({ id }) => id))
      before = page.entries.at(-1)?.id
      if (!page.more) break
    }
    expect(paged).toEqual(all.map(({ id }) => id))
  })

  test('leaves through the bot a short page at a time, without reasons, outputs, paths and hashes', async () => {
    fixture = await engineFixture({
      script: {
        groups: {
          apply: () => ({
            code: 'program_failed',
            params: { program: 'usermod', status: 9 },
            detail: 'secret output',
          }),
        },
      },
    })
    await fixture.onboard()
    const bob = await fixture.submit(operator, { telegram_id: 43, os_user: 'bob' })
    await fixture.ok(operator, 'request.deny', { id: bob.id, reason: 'secret' })
    const [own] = await list(operator, { type: 'request.denied' })
    expect(own).toMatchObject({
      data: { reason: 'secret', from: 'submitted' },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    const [denied] = await list(admin(7), { type: 'request.denied' })
    expect(denied).toMatchObject({ data: { from: 'submitted', revision: 1 }, hash: null })
    const [failed] = await list(admin(7), { type: 'step.failed' })
    expect(failed?.data).toMatchObject({ kind: 'groups', failure: { code: expect.any(String) } })
    const everything = JSON.stringify(await list(admin(7), { limit: 200 }))
    expect(everything).not.toMatch(/secret|"params"|"detail"|"reason"|[0-9a-f]{64}/)
    fixture.store.transaction(() => {
      const nobody = { requestId: null, runId: null, subjectTelegramId: null }
      for (let at = 0; at < 60; at++)
        fixture.store.events.append({ at, type: 'worker.started', ...nobody, actor: 'worker', data: {} })
    })
    expect(await list(operator, { limit: 60 })).toHaveLength(60)
    expect(await list(admin(7), { limit: 60 })).toHaveLength(50)
  })

  test('is an admin’s and the operator’s to read, and only the operator’s to verify', async () => {
    fixture = await engineFixture()
    const user = telegramUser(42, ['requests.read.own', 'runs.read.own', 'people.read.own'])
    for (const caller of [user, osUser(1000, 'ada', ['audit.read'])]) {
      expect(await fixture.call(caller, 'audit.list', {})).toMatchObject({ error: { code: 'not_permitted' } })
    }
    expect(await fixture.call(admin(7), 'audit.verify', {})).toMatchObject({
      error: { code: 'not_permitted' },
    })
  })
})

describe('the head of the history', () => {
  const DAY = 24 * 3_600_000
  const heads = () => list(operator, { type: 'audit.head' })

  test('is written down once a day when the config says so, whatever is restarted, and names the event before it', async () => {
    fixture = await engineFixture({ config: { audit: { postHead: true } } })
    const [head] = await heads()
    const before = fixture.store.events.get((head?.id ?? 0) - 1)
    expect(head?.data).toEqual({ id: before?.id, hash: before?.hash })
    await fixture.restart()
    fixture.time.now += DAY - 1
    await fixture.restart()
    expect(await heads()).toHaveLength(1)
    fixture.time.now += 1
    await fixture.restart()
    expect(await heads()).toHaveLength(2)
    const posted = { id: before?.id ?? 0, hash: (before?.hash ?? '').slice(0, 32) }
    expect((await fixture.ok(operator, 'audit.verify', { head: posted })).intact).toBe(true)
  })

  test('is not waited for until a time that was once, when the clock was set back', async () => {
    fixture = await engineFixture({ config: { audit: { postHead: true } } })
    fixture.time.now -= 300 * DAY
    await fixture.restart()
    await fixture.restart()
    expect(await heads()).toHaveLength(2)
  })

  test('is not written down otherwise', async () => {
    fixture = await engineFixture()
    expect(await heads()).toEqual([])
  })
})
