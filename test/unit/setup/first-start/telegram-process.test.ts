import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TelegramCall } from '../../../../src/setup/first-start/telegram-calls.ts'
import { answer } from '../../../../src/setup/first-start/telegram-process.ts'
import { type BotApiServer, createBotApiServer } from '../../../support/bot-api-server/server.ts'

const TOKEN = '110201543:AAF-abcdefghijklmnopqrstuvwxyz012345'
const CODE = '12345678'

let api: BotApiServer
beforeEach(async () => {
  api = await createBotApiServer({ token: TOKEN, botUsername: 'acme_usher_bot', botName: 'Acme' })
})
afterEach(() => api.close())

const ask = (call: TelegramCall, options: { token?: string; patienceMs?: number; apiRoot?: string } = {}) =>
  answer({ token: TOKEN, apiRoot: api.url, patienceMs: 3000, call, ...options })
const listen = async (after = 0) => {
  const heard = await ask({ kind: 'listen', after, waitMs: 0 })
  if (!heard.ok || heard.value.kind !== 'heard') throw new Error(JSON.stringify(heard))
  return heard.value
}

describe('who a token belongs to', () => {
  it('is what getMe says', async () => {
    expect(await ask({ kind: 'identify' })).toEqual({
      ok: true,
      value: { kind: 'bot', bot: { id: 110201543, username: 'acme_usher_bot', name: 'Acme' } },
    })
  })

  it.each([
    ['an unknown token', async () => ask({ kind: 'identify' }, { token: '1:unknown_token' }), 'refused'],
    [
      'an address that nothing listens at',
      async () => ask({ kind: 'identify' }, { apiRoot: 'http://127.0.0.1:9' }),
      'unreachable',
    ],
    [
      'a path that is no Bot API',
      async () => ask({ kind: 'identify' }, { apiRoot: `${api.url}/control` }),
      'refused',
    ],
    [
      'a server that fails until the time is up',
      async () => {
        await api.control.inject({
          method: 'getMe',
          times: 50,
          fault: { kind: 'answer', error_code: 500, description: 'no' },
        })
        return ask({ kind: 'identify' }, { patienceMs: 1500 })
      },
      'busy',
    ],
    [
      'a server that asks to wait longer than there is time',
      async () => {
        await api.control.inject({ method: 'getMe', fault: { kind: 'too-many-requests', retry_after: 60 } })
        return ask({ kind: 'identify' })
      },
      'busy',
    ],
    [
      'a server that says nothing',
      async () => {
        await api.control.inject({ method: 'getMe', times: 9, fault: { kind: 'delay', ms: 60_000 } })
        return ask({ kind: 'identify' }, { patienceMs: 300 })
      },
      'unreachable',
    ],
  ])('cannot be told by %s', async (_, asked, kind) => {
    const said = await asked()
    expect(said).toMatchObject({ ok: false, problem: { kind } })
    expect(JSON.stringify(said)).not.toContain(TOKEN.split(':')[1])
  })
})

describe('listening for a code', () => {
  beforeEach(async () => {
    for (const id of [77, 88]) await api.control.createUser({ id, first_name: `User ${id}` })
    await api.control.pressStart({ user: 77 })
  })

  it('hears one that somebody types or brings by a link, and takes nothing out of the queue', async () => {
    await api.control.sendText({ user: 77, text: 'hello?' })
    await api.control.sendText({ user: 77, text: '1234 5678' })
    await api.control.pressStart({ user: 88, payload: CODE })
    const { messages } = await listen()
    expect(messages.map(({ userId, code }) => ({ userId, code }))).toEqual([
      { userId: 77, code: CODE },
      { userId: 88, code: CODE },
    ])
    expect((await api.control.pendingUpdates({})).length).toBe(4)
  })

  it('hears nothing that was there before', async () => {
    await api.control.sendText({ user: 77, text: CODE })
    const { last } = await listen()
    await api.control.sendText({ user: 77, text: '87654321' })
    expect((await listen(last)).messages.map(({ code }) => code)).toEqual(['87654321'])
  })

  it('does not count what was forwarded', async () => {
    await api.control.forward({ user: 77, from: 88, text: CODE })
    expect((await listen()).messages).toEqual([])
  })

  it('hears a code behind a hundred old messages', async () => {
    await api.control.pressStart({ user: 88 })
    for (let number = 0; number < 120; number += 1)
      await api.control.sendText({ user: 88, text: `message ${number}` })
    let { last } = await listen()
    await api.control.sendText({ user: 77, text: CODE })
    const heard: string[] = []
    for (let look = 0; look < 4 && heard.length === 0; look += 1) {
      const answered = await ask({ kind: 'listen', after: last, waitMs: 1500 })
      if (!answered.ok || answered.value.kind !== 'heard') throw new Error(JSON.stringify(answered))
      last = answered.value.last
      heard.push(...answered.value.messages.map(({ code }) => code))
    }
    expect(heard).toEqual([CODE])
  })

  it('says that a webhook gets the messages', async () => {
    await fetch(`${api.url}/bot${TOKEN}/setWebhook?url=https://elsewhere.example/hook`)
    const said = await ask({ kind: 'listen', after: 0, waitMs: 0 })
    expect(said).toMatchObject({ ok: false, problem: { kind: 'webhook' } })
  })
})
