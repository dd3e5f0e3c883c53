import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Api } from 'grammy'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLogger } from '../../../src/bot/log.ts'
import { createFileStore, type FileStore } from '../../../src/bot/state/file-store.ts'
import { apiOptions } from '../../../src/bot/telegram/api.ts'
import { createPace } from '../../../src/bot/telegram/pace.ts'
import { createDispatcher } from '../../../src/bot/updates/dispatcher.ts'
import { createInbox } from '../../../src/bot/updates/inbox.ts'
import { createIntake } from '../../../src/bot/updates/intake.ts'
import { createOwnWebhook } from '../../../src/bot/updates/own-webhook.ts'
import { pollUpdates } from '../../../src/bot/updates/poll.ts'
import { UNSUPERVISED } from '../../../src/supervision/supervise-bot.ts'
import { type BotApiServer, createBotApiServer } from '../../support/bot-api-server/server.ts'

let server: BotApiServer
let folder: string
let files: FileStore
let known: Set<number>
let alarms: string[]
beforeEach(async () => {
  known = new Set()
  alarms = []
  folder = await mkdtemp(join(tmpdir(), 'usher-poll-'))
  files = createFileStore(folder)
  server = await createBotApiServer()
  await server.control.createUser({ id: 1, first_name: 'One' })
  await server.control.createUser({ id: 2, first_name: 'Two' })
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

const write = (user: number, text: string) => server.control.sendText({ user, text })

/** Polls with a handler until `stop`; texts as they came. */
async function poller(handle: (text: string) => Promise<void>) {
  const polling = new AbortController()
  const stopped = new AbortController()
  const log = createLogger('silent')
  const api = new Api(
    server.token,
    apiOptions(server.url, stopped.signal, { pace: createPace(), counts: true }),
  )
  const dispatch = createDispatcher({
    handle: (update) => handle(update.message?.text ?? ''),
    ...{ log, stopped: stopped.signal },
  })
  const intake = createIntake({
    ...{ dispatch, log, inbox: createInbox(files), isKnown: (id) => known.has(id), admits: () => true },
  })
  await intake.resume()
  const end = pollUpdates({
    ...{ api, intake, log, health: UNSUPERVISED, stopped: polling.signal },
    ownWebhook: createOwnWebhook(files),
    alarm: (kind) => void alarms.push(kind),
  })
  return {
    async stop() {
      polling.abort()
      await end
      stopped.abort()
    },
    /** As a kill does: nothing is finished, nothing is confirmed. */
    kill() {
      polling.abort()
      stopped.abort()
    },
  }
}

const until = async (condition: () => boolean) => {
  for (let left = 400; left > 0 && !condition(); left -= 1) await sleep(10)
  expect(condition()).toBe(true)
}

it('confirms what is dealt with, so that nothing of it comes again', async () => {
  const seen: string[] = []
  const first = await poller(async (text) => void seen.push(text))
  await write(1, 'a')
  await write(2, 'b')
  await until(() => seen.length === 2)
  await first.stop()
  expect(await server.control.pendingUpdates({})).toEqual([])
})

it('gets an update again that was in hand when it was killed, and those after it', async () => {
  await write(1, 'slow')
  await write(2, 'quick')
  const seen: string[] = []
  const first = await poller(async (text) => {
    seen.push(text)
    if (text === 'slow') await sleep(60_000, undefined, { ref: false })
  })
  await until(() => seen.length === 2)
  await sleep(600)
  first.kill()
  const again: string[] = []
  const second = await poller(async (text) => void again.push(text))
  await until(() => again.length === 2)
  expect(again).toEqual(['slow', 'quick'])
  await second.stop()
})

it('deals with each update once while an earlier one is slow, and others go on meanwhile', async () => {
  const seen: string[] = []
  const slow = Promise.withResolvers<void>()
  await write(1, 'slow')
  const polling = await poller(async (text) => {
    seen.push(text)
    if (text === 'slow') await slow.promise
  })
  await until(() => seen.includes('slow'))
  for (const text of ['a', 'b', 'c']) await write(2, text)
  await write(1, 'after slow')
  await until(() => seen.length === 4)
  await sleep(600)
  expect(seen).toEqual(['slow', 'a', 'b', 'c'])
  slow.resolve()
  await until(() => seen.length === 5)
  expect(seen.at(-1)).toBe('after slow')
  await polling.stop()
  expect(await server.control.pendingUpdates({})).toEqual([])
})

it('gives up an update whose handler has a mistake, and goes on', async () => {
  const seen: string[] = []
  const polling = await poller(async (text) => {
    seen.push(text)
    if (text === 'bad') throw new Error('a mistake')
  })
  await write(1, 'bad')
  await write(1, 'good')
  await until(() => seen.length === 2)
  await polling.stop()
  expect(await server.control.pendingUpdates({})).toEqual([])
})

it('polls on when another program took the updates for a while, and raises an alarm', async () => {
  const seen: string[] = []
  const polling = await poller(async (text) => void seen.push(text))
  await sleep(50)
  await fetch(`${server.url}/bot${server.token}/getUpdates?timeout=0&offset=-1`)
  await write(1, 'later')
  await until(() => seen.length === 1)
  expect(alarms).toEqual(['conflict'])
  await polling.stop()
}, 10_000)

it('writes down what is slow of somebody known, and the next ones come at once however many wait; after a kill it goes on', async () => {
  known.add(1)
  const seen: string[] = []
  const first = await poller(async (text) => {
    seen.push(text)
    if (text === 'slow') await sleep(60_000, undefined, { ref: false })
  })
  await write(1, 'slow')
  await until(() => seen.includes('slow'))
  for (let n = 0; n < 250; n++) await write(2, `n${n}`)
  await write(1, 'after slow')
  await until(() => seen.includes('n249'))
  await expect.poll(() => readdir(join(folder, 'inbox'))).toHaveLength(2)
  await expect.poll(() => server.control.pendingUpdates({})).toEqual([])
  first.kill()
  const again: string[] = []
  const second = await poller(async (text) => void again.push(text))
  await until(() => again.length === 2)
  expect(again).toEqual(['slow', 'after slow'])
  await expect.poll(() => readdir(join(folder, 'inbox'))).toEqual([])
  await second.stop()
})

it('keeps nothing of a stranger, and yet one that is slow hides nobody behind a full batch', async () => {
  const seen: string[] = []
  const polling = await poller(async (text) => {
    seen.push(text)
    if (text.startsWith('slow')) await sleep(2000)
  })
  for (let n = 0; n < 150; n++) await write(2, `slow ${n}`)
  await write(1, 'tap')
  await until(() => seen.includes('tap'))
  await expect(readdir(join(folder, 'inbox'))).rejects.toThrow('ENOENT')
  polling.kill()
})

it('removes a webhook that somebody else has set and raises an alarm; one of its own goes without', async () => {
  const call = (method: string, input: object) =>
    fetch(`${server.url}/bot${server.token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
    })
  await createOwnWebhook(files).set('https://mine.example/hook')
  await call('setWebhook', { url: 'https://mine.example/hook' })
  const seen: string[] = []
  const polling = await poller(async (text) => void seen.push(text))
  await write(1, 'a')
  await until(() => seen.length === 1)
  expect(alarms).toEqual([])
  await call('setWebhook', { url: 'https://theirs.example/hook' })
  await until(() => alarms.length > 0)
  expect(alarms).toEqual(['foreign_webhook'])
  await write(1, 'b')
  await until(() => seen.length === 2)
  await polling.stop()
}, 15_000)
