import { setTimeout as sleep } from 'node:timers/promises'
import { Bot, GrammyError } from 'grammy'
import type { Update } from 'grammy/types'
import { describe, expect, test } from 'vitest'
import { waitForCall, waitForMessage } from '../../../support/bot-api-server/control/wait.ts'
import { botOn, call, polling, startedServer } from './started.ts'

const typesOf = (updates: Update[]) => updates.map((update) => Object.keys(update)[1])

describe('long polling', () => {
  test('a real grammY bot gets a message at once and its answer shows in the chat', async () => {
    const server = await startedServer()
    const bot = botOn(server)
    bot.command('start', (ctx) => ctx.reply(`Hello ${ctx.from?.first_name}, payload ${ctx.match}`))
    await polling(bot)
    const ada = await server.control.createUser({ first_name: 'Ada' })
    const before = performance.now()
    await server.control.pressStart({ user: ada.id, payload: 'abc' })
    const answer = await waitForMessage(server.control, ada.id, (message) => message.from_bot)
    expect(answer.text).toBe('Hello Ada, payload abc')
    expect(performance.now() - before).toBeLessThan(1000)
  })

  test('an update comes again until a higher offset acknowledges it', async () => {
    const server = await startedServer()
    const { id } = await server.control.createUser({ first_name: 'Ada' })
    await server.control.sendText({ user: id, text: 'one' })
    await server.control.sendText({ user: id, text: 'two' })
    const { api } = botOn(server)
    const first = await api.getUpdates()
    expect(first.map((update) => update.message?.text)).toEqual(['one', 'two'])
    expect(await api.getUpdates()).toEqual(first)
    const [one, two] = first
    expect(await api.getUpdates({ offset: one!.update_id + 1 })).toEqual([two])
    expect(await api.getUpdates({ offset: two!.update_id + 1 })).toEqual([])
    expect(await server.control.pendingUpdates({})).toEqual([])
  })

  test('a limit cuts the batch and a negative offset keeps only the newest updates', async () => {
    const server = await startedServer()
    const { id } = await server.control.createUser({ first_name: 'Ada' })
    for (const text of ['one', 'two', 'three']) await server.control.sendText({ user: id, text })
    const { api } = botOn(server)
    expect((await api.getUpdates({ limit: 2 })).map((update) => update.message?.text)).toEqual(['one', 'two'])
    expect((await api.getUpdates({ offset: -1 })).map((update) => update.message?.text)).toEqual(['three'])
    expect(await server.control.pendingUpdates({})).toHaveLength(1)
  })

  test('an update that went to a bot which was killed before it handled it is delivered to the next one', async () => {
    const server = await startedServer()
    const { id } = await server.control.createUser({ first_name: 'Ada' })
    const dying = new AbortController()
    const url = `${server.url}/bot${server.token}/getUpdates?timeout=30`
    const poll = fetch(url, { signal: dying.signal }).catch(() => 'gone')
    await sleep(50)
    dying.abort()
    expect(await poll).toBe('gone')
    await server.control.sendText({ user: id, text: 'anybody there?' })
    const bot = botOn(server)
    bot.on('message', (ctx) => ctx.reply('yes'))
    await polling(bot)
    await waitForMessage(server.control, id, (message) => message.text === 'yes')
  })

  test('an empty poll waits for its time-out and then answers with nothing', async () => {
    const server = await startedServer()
    const before = performance.now()
    expect(await botOn(server).api.getUpdates({ timeout: 1 })).toEqual([])
    expect(performance.now() - before).toBeGreaterThan(950)
  })

  test('a second poller ends the first with 409, which stops a grammY bot', async () => {
    const server = await startedServer()
    const bot = botOn(server)
    const started = new Promise<void>((resolve, reject) => {
      bot.start().then(resolve, reject)
    })
    const failed = expect(started).rejects.toMatchObject({
      error_code: 409,
      description:
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    })
    await waitForCall(server.control, (one) => one.method === 'deleteWebhook')
    await sleep(50)
    await call(server, 'getUpdates', { timeout: 0 })
    await failed
  })

  test('only the wanted kinds of updates are queued, and the choice holds for later polls', async () => {
    const server = await startedServer()
    const { id } = await server.control.createUser({ first_name: 'Ada' })
    const { api } = botOn(server)
    await api.getUpdates({ allowed_updates: ['my_chat_member'] })
    await server.control.pressStart({ user: id })
    await server.control.block({ user: id })
    expect(typesOf(await api.getUpdates())).toEqual(['my_chat_member'])
    await api.getUpdates({ allowed_updates: [] })
    await server.control.pressStart({ user: id })
    expect(typesOf(await api.getUpdates())).toEqual(['my_chat_member', 'my_chat_member', 'message'])
  })

  test('closing the server ends waiting polls and leaves no connection behind', async () => {
    const server = await startedServer()
    const bot = new Bot(server.token, { client: { apiRoot: server.url } })
    const poll = bot.api.getUpdates({ timeout: 30 }).then(
      (updates) => updates.length,
      (error: unknown) => error instanceof Error,
    )
    await sleep(50)
    const before = performance.now()
    await server.close()
    expect([0, true]).toContain(await poll)
    expect(performance.now() - before).toBeLessThan(1000)
    await expect(bot.api.getMe()).rejects.toThrow()
  })

  test('a foreign token is refused with 401 and an unknown method with 404', async () => {
    const server = await startedServer()
    const stranger = new Bot('110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw', {
      client: { apiRoot: server.url },
    })
    const refusal = await stranger.api.getMe().catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(GrammyError)
    expect(refusal).toMatchObject({ error_code: 401, description: 'Unauthorized' })
    expect(await call(server, 'sendPizza')).toEqual({ ok: false, error_code: 404, description: 'Not Found' })
    expect((await call(server, 'GETME')).ok).toBe(true)
  })
})
