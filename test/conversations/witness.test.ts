import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLogger } from '../../src/bot/log.ts'
import type { Role } from '../../src/domain/role.ts'
import type { AnswersInput } from '../../src/protocol/answers.ts'
import type { OperationName } from '../../src/protocol/operations.ts'
import type { Language } from '../../src/texts/languages.ts'
import { createWords } from '../../src/texts/words.ts'
import { serveWitness } from '../../src/witness/service.ts'
import { type BotApiServer, createBotApiServer } from '../support/bot-api-server/server.ts'
import { createChatDriver } from '../support/chat-driver/chat-driver.ts'
import type { Person } from '../support/chat-driver/person.ts'
import {
  admin,
  engineFixture,
  type Fixture,
  operator,
  testConfig,
  theWitness,
} from '../support/engine-fixture.ts'
import { enroll } from '../support/second-factor.ts'
import { callerClient } from './support/caller-client.ts'

const ADA = 7
let server: BotApiServer
let fixture: Fixture
let folder: string
let ada: Person
let lost: Set<OperationName>
let stop: (() => Promise<'stopped' | 'bad_token'>) | null

beforeEach(async () => {
  const { roles } = testConfig()
  const lead: Role = {
    name: 'lead',
    description: 'decides what is built',
    permissions: [],
    groups: ['staffers'],
    shell: '/bin/bash',
    approval: { count: 1, self: true, step_up: 'witness', expiresMs: 24 * 3_600_000 },
  }
  fixture = await engineFixture({
    config: {
      roles: new Map([...roles, ['lead', lead]]),
      witness: { user: 'seer', tokenFile: '/w', state: '/ws', language: 'en' },
    },
    machine: ({ groups }) => groups.set('staffers', { name: 'staffers', gid: 900, members: [] }),
  })
  server = await createBotApiServer({ botUsername: 'seer_bot' })
  const driver = createChatDriver(server.control, { timeoutMs: 10_000 })
  ada = await driver.person({ id: ADA, first_name: 'Ada' })
  folder = mkdtempSync(join(tmpdir(), 'usher-witness-'))
  lost = new Set()
  stop = null
})
afterEach(async () => {
  await stop?.()
  await server.close()
  await fixture.remove()
  rmSync(folder, { recursive: true, force: true })
})

function start(language: Language = 'en') {
  const stopping = new AbortController()
  const ended = serveWitness({
    ...{ token: server.token, apiRoot: server.url, stateFolder: folder, words: createWords(language) },
    ...{ client: callerClient(fixture, theWitness, lost), log: createLogger('silent') },
    stopped: stopping.signal,
  })
  stop = async () => {
    stopping.abort()
    stop = null
    return ended
  }
  return ended
}

async function ask(answers: Partial<AnswersInput> = {}, by = ADA) {
  const { id, plan } = await fixture.submit(operator, { role: 'lead', ...answers })
  const about = { id, digest: plan.digest }
  await fixture.ok(admin(by), 'witness.ask', about)
  return about
}
const codeIn = (text: string) => /[0-9]{4} [0-9]{4}/.exec(text)?.[0] ?? 'none'
const sentMessages = async () =>
  (await server.control.chat({ chat: ADA })).messages.filter(({ from_bot }) => from_bot)

describe('the witness', () => {
  test('says what would come of it first, then the plan, then the code, and never asks for updates', async () => {
    await ada.starts()
    start()
    const { id, digest } = await ask()
    const { text } = await ada.sees('your code is')
    const parts = [
      'Alice (Telegram id 42) would get the role lead on test-host, as the account alice.',
      'That role: decides what is built.',
      'OS group: staffers',
      'A new account is made.',
      `request ${id}, revision 1`,
      '1. Account',
      digest,
      'your code is',
      'authenticator app',
      '2026-01-01 00:10 UTC',
      '/freeze',
    ]
    const places = parts.map((part) => text.indexOf(part))
    expect(
      places.every((place) => place >= 0),
      JSON.stringify([places, text]),
    ).toBe(true)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    const calls = (await server.control.calls({})).map(({ method }) => method)
    expect(new Set(calls)).toEqual(new Set(['getMe', 'sendMessage']))
    expect(await server.control.calls({ method: 'getUpdates' })).toEqual([])
  })

  test('speaks the language that its config names, and no name can break its message', async () => {
    await ada.starts()
    start('de')
    await ask({ name: '<b>Eve</b> &amp; eve' })
    const { text } = await ada.sees('ist dein Code')
    expect(text).toContain('<b>Eve</b> &amp; eve (Telegram-ID 42) bekäme die Rolle lead')
  })

  test('takes the code out of its message once it was used', async () => {
    await ada.starts()
    start()
    const about = await ask()
    const totp = enroll(fixture, ADA)
    const message = await ada.sees('your code is')
    const code = codeIn(message.text)
    await fixture.ok(admin(ADA), 'request.approve', { ...about, totp: totp(), witness_code: code })
    const { text } = await ada.seesOn(message, 'this code was used')
    expect(text).not.toContain(code)
  })

  test('takes the code out of its message when it was replaced, expired, or is about nothing any more', async () => {
    await ada.starts()
    start()
    const about = await ask()
    const first = await ada.sees('your code is')
    await fixture.ok(admin(ADA), 'witness.ask', about)
    await ada.seesOn(first, 'was replaced by a newer one')
    await expect.poll(async () => (await sentMessages()).length, { timeout: 5000 }).toBe(2)
    const second = (await sentMessages()).at(-1)
    if (second === undefined) throw new Error('nothing was sent')
    await fixture.ok(operator, 'request.cancel', { id: about.id })
    await ada.seesOn(second, 'is good no more; the request was decided')
    await ask({ telegram_id: 43, os_user: 'bob' })
    const third = await ada.sees('would get the role lead on test-host, as the account bob')
    fixture.time.now += 600_001
    // Somebody does something, or the witness asks anew.
    await fixture.submit(operator, { telegram_id: 44, os_user: 'eve' })
    await ada.seesOn(third, 'expired unused')
    expect((await sentMessages()).map(({ text }) => codeIn(text))).toEqual(['none', 'none', 'none'])
  })

  test('sends no second message after a kill, once it is written down that the first one went out', async () => {
    await ada.starts()
    lost.add('witness.sent')
    start()
    await ask()
    await ada.sees('your code is')
    await stop?.()
    lost.clear()
    start()
    await expect
      .poll(() => fixture.store.witnessCodes.get(1)?.messageId, { timeout: 5000 })
      .toBeGreaterThan(0)
    expect(await sentMessages()).toHaveLength(1)
  })

  test('reports an admin whom it may not write to, and goes on with the others', async () => {
    start()
    const about = await ask()
    const bea = await createChatDriver(server.control).person({ id: 8, first_name: 'Bea' })
    await bea.starts()
    await fixture.ok(admin(8), 'witness.ask', about)
    await bea.sees('your code is')
    await expect
      .poll(() => fixture.engine.events.after(0, 100).find(({ type }) => type === 'witness.unreachable'), {
        timeout: 5000,
      })
      .toMatchObject({ data: { admin: ADA, bot: 'seer_bot' } })
  })

  test('tries again what Telegram would not take', async () => {
    await ada.starts()
    await server.control.inject({
      method: 'sendMessage',
      times: 1,
      fault: { kind: 'too-many-requests', retry_after: 1 },
    })
    await server.control.inject({
      method: 'sendMessage',
      times: 1,
      fault: { kind: 'answer', error_code: 400, description: 'Bad Request: try again' },
    })
    start()
    await ask()
    await ada.sees('your code is')
  })

  test('ends with a token that Telegram does not know', async () => {
    const ended = serveWitness({
      ...{ token: '1:wrong', apiRoot: server.url, stateFolder: folder, words: createWords('en') },
      ...{ client: callerClient(fixture, theWitness, lost), log: createLogger('silent') },
      stopped: new AbortController().signal,
    })
    expect(await ended).toBe('bad_token')
  })
})
