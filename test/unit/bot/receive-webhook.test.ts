import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Api } from 'grammy'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLogger } from '../../../src/bot/log.ts'
import { createFileStore } from '../../../src/bot/state/file-store.ts'
import { apiOptions } from '../../../src/bot/telegram/api.ts'
import { createPace } from '../../../src/bot/telegram/pace.ts'
import { createDispatcher } from '../../../src/bot/updates/dispatcher.ts'
import { createInbox } from '../../../src/bot/updates/inbox.ts'
import { createIntake } from '../../../src/bot/updates/intake.ts'
import { createOwnWebhook } from '../../../src/bot/updates/own-webhook.ts'
import { receiveUpdates } from '../../../src/bot/updates/receive-webhook.ts'
import { UNSUPERVISED } from '../../../src/supervision/supervise-bot.ts'
import { type BotApiServer, createBotApiServer } from '../../support/bot-api-server/server.ts'

let server: BotApiServer
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-webhook-'))
  server = await createBotApiServer()
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

const URL_OF_BOT = 'http://127.0.0.1:9/deliver-here'
const call = async (method: string, input: object) => {
  const answer = await fetch(`${server.url}/bot${server.token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  })
  return (await answer.json()) as { result: { url: string } }
}
const webhook = async () => (await call('getWebhookInfo', {})).result.url

it('raises an alarm when somebody takes the webhook away or puts theirs in its place, and sets it again', async () => {
  const alarms: string[] = []
  const stopped = new AbortController()
  const log = createLogger('silent')
  const files = createFileStore(folder)
  const options = apiOptions(server.url, stopped.signal, { pace: createPace(), counts: true })
  const dispatch = createDispatcher({ handle: async () => undefined, log, stopped: stopped.signal })
  const receiving = receiveUpdates(
    {
      ...{ api: new Api(server.token, options), log, health: UNSUPERVISED, stopped: stopped.signal },
      ownWebhook: createOwnWebhook(files),
      alarm: (kind) => void alarms.push(kind),
      intake: createIntake({
        ...{ dispatch, log, inbox: createInbox(files), isKnown: () => false, admits: () => true },
      }),
    },
    {
      ...{ url: URL_OF_BOT, listen: { path: join(folder, 'socket') }, secret: 'a'.repeat(32) },
      lookEveryMs: 20,
    },
  )
  await expect.poll(webhook).toBe(URL_OF_BOT)
  expect(alarms).toEqual([])
  await call('deleteWebhook', {})
  await expect.poll(webhook).toBe(URL_OF_BOT)
  expect(alarms).toEqual(['foreign_webhook'])
  await call('setWebhook', { url: 'https://theirs.example/hook' })
  await expect.poll(webhook).toBe(URL_OF_BOT)
  expect(alarms).toEqual(['foreign_webhook', 'foreign_webhook'])
  stopped.abort()
  expect(await receiving).toEqual({ kind: 'stopped' })
})
