import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type BotApiServer, createBotApiServer } from '../support/bot-api-server/server.ts'
import { createChatDriver } from '../support/chat-driver/chat-driver.ts'
import type { Person } from '../support/chat-driver/person.ts'
import { type BotProcess, startBotProcess } from './support/bot-process.ts'
import { createFakeWorker, type FakeWorker } from './support/fake-worker.ts'
import { ADMIN_ID } from './support/scene.ts'
import { listenAsWorker } from './support/worker-edge.ts'

let folder: string
let server: BotApiServer
let worker: FakeWorker
let closeEdge: () => Promise<void>
let bot: BotProcess
let admin: Person
let ada: Person

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-killed-'))
  server = await createBotApiServer()
  worker = createFakeWorker({ admins: [ADMIN_ID] })
  await mkdir(join(folder, 'run'))
  closeEdge = await listenAsWorker(worker, join(folder, 'run', 'bot.sock'))
  await writeFile(join(folder, 'token'), server.token, { mode: 0o600 })
  await writeConfig('token')
  const driver = createChatDriver(server.control, { timeoutMs: 15_000 })
  admin = await driver.person({ id: ADMIN_ID, first_name: 'Grace' })
  ada = await driver.person({ first_name: 'Ada', last_name: 'Lovelace' })
})
afterEach(async () => {
  await bot.kill()
  await closeEdge()
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

const writeConfig = (token: string) =>
  writeFile(
    join(folder, 'config.yaml'),
    [
      'mode: single-user',
      `telegram: { admins: [${ADMIN_ID}], api_root: "${server.url}", token_file: ${join(folder, token)} }`,
      `paths: { bot_state: ${join(folder, 'state')}, run: ${join(folder, 'run')} }`,
    ].join('\n'),
    { mode: 0o600 },
  )
const start = async () => {
  bot = await startBotProcess(join(folder, 'config.yaml'), folder)
}

it('loses nothing when it is killed right after each thing that the admin does', {
  timeout: 120_000,
}, async () => {
  await start()
  const killed = async () => {
    await bot.kill()
    await start()
  }
  await admin.sends('/adduser')
  await killed()
  await admin.sees('Who shall get access?')
  await admin.picks(ada)
  await killed()
  await admin.sees('Which account')
  await admin.taps('ada', { earlier: true })
  await killed()
  await admin.sees('Which role?')
  await admin.taps('user', { earlier: true })
  await killed()
  await admin.sees('What is their name?')
  await admin.taps('Ada Lovelace', { earlier: true })
  await killed()
  await admin.sees('GitHub login')
  await admin.sends('ada-l')
  await killed()
  await admin.sees('Personal defaults')
  await admin.taps('Keep all', { earlier: true })
  await killed()
  await admin.sees('GitHub routing')
  await admin.taps('Skip', { earlier: true })
  await killed()
  const card = await admin.sees('What would change on the host', { buttons: ['✅ Approve'] })
  // A card that was sent but not yet noted as sent is sent again; the newest is the one that counts.
  await expect.poll(async () => (await server.control.pendingUpdates({})).length, { timeout: 15_000 }).toBe(0)
  await sleep(500)
  worker.onQueued = 'wait'
  await admin.taps('✅ Approve', { earlier: true })
  await killed()
  await expect.poll(() => worker.requests.at(-1)?.state, { timeout: 15_000 }).toBe('approved')
  worker.run(1, 'succeed')
  await killed()
  await expect
    .poll(async () => (await admin.chat()).messages.some((one) => one.text.includes('succeeded after')), {
      timeout: 15_000,
    })
    .toBe(true)
  expect(card.from_bot).toBe(true)
  expect(worker.requests.map((request) => request.state)).toEqual(['approved'])
  expect(worker.requests[0]?.answers).toMatchObject({ os_user: 'ada', github: 'ada-l', role: 'user' })
})

it('stops on SIGTERM with status 0, and never logs texts or the token', { timeout: 30_000 }, async () => {
  await start()
  await admin.sends('/adduser')
  await admin.sees('Who shall get access?')
  await admin.sends('my secret plans')
  await admin.sees('cannot use')
  expect(await bot.stop()).toBe(0)
  expect(bot.log()).not.toContain('secret plans')
  expect(bot.log()).not.toContain(server.token.split(':')[1])
  expect(await server.control.pendingUpdates({})).toEqual([])
})

it('ends with status 2 and says why when Telegram does not know the token', { timeout: 30_000 }, async () => {
  await writeFile(join(folder, 'other'), `123:${'x'.repeat(35)}`, { mode: 0o600 })
  await writeConfig('other')
  await start()
  expect(await bot.exited).toBe(2)
  expect(bot.log()).toContain('does not know it')
  expect(bot.log()).not.toContain('x'.repeat(35))
})
