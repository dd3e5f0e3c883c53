import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '../../../src/bot/log.ts'
import { type BotService, startBotService } from '../../../src/bot/service.ts'
import type { Client } from '../../../src/client/client.ts'
import { type BotApiServer, createBotApiServer } from '../../support/bot-api-server/server.ts'
import { type ChatDriver, createChatDriver } from '../../support/chat-driver/chat-driver.ts'
import type { Person } from '../../support/chat-driver/person.ts'
import { createFakeWorker, type FakeWorker } from './fake-worker.ts'

export const RECEIVES = ['polling', 'webhook'] as const
export type Receive = (typeof RECEIVES)[number]
export const WEBHOOK_SECRET = 'a-secret-of-the-tests_0123456789'

/** Everything around one bot: a Bot API server, a worker's edge, an admin, and the bot's folder. */
export interface Scene {
  server: BotApiServer
  driver: ChatDriver
  worker: FakeWorker
  admin: Person
  stateFolder: string
  /** How the bot gets its updates from the next start on. */
  receive: Receive
  /** Where Telegram delivers; null while the bot polls. */
  webhookUrl: string | null
  start(): Promise<void>
  stop(): Promise<void>
  restart(): Promise<void>
  /** Resolves when the bot has acknowledged everything that people did. */
  settled(): Promise<void>
}

export interface SceneOptions {
  workerPatienceMs?: number
  /** Another worker than the edge in memory. */
  client?: Client
  /** Two admins besides the first one are made with `driver.person`. */
  moreAdmins?: number[]
  postHead?: boolean
  /** `polling` by default. */
  receive?: Receive
  /** The bot's clock, and the worker's. */
  now?: () => number
}

export const ADMIN_ID = 111_000_111

export async function createScene(options: SceneOptions = {}): Promise<Scene> {
  const server = await createBotApiServer()
  const stateFolder = await mkdtemp(join(tmpdir(), 'usher-bot-state-'))
  const worker = createFakeWorker({
    admins: [ADMIN_ID, ...(options.moreAdmins ?? [])],
    ...(options.now === undefined ? {} : { now: options.now }),
  })
  const driver = createChatDriver(server.control, { timeoutMs: 10_000 })
  const admin = await driver.person({ id: ADMIN_ID, first_name: 'Grace', last_name: 'Hopper' })
  let bot: BotService | null = null

  const scene: Scene = {
    ...{ server, driver, worker, admin, stateFolder },
    receive: options.receive ?? 'polling',
    webhookUrl: null,
    async start() {
      const port = scene.receive === 'webhook' ? await freePort() : null
      scene.webhookUrl = port === null ? null : `http://127.0.0.1:${port}/deliver-here`
      bot = startBotService({
        ...{ token: server.token, apiRoot: server.url, client: options.client ?? worker, stateFolder },
        ...{ firstAdmins: [ADMIN_ID], log: createLogger('silent') },
        webhook:
          port === null
            ? null
            : {
                ...{ url: scene.webhookUrl ?? '', secret: WEBHOOK_SECRET },
                listen: { host: '127.0.0.1', port },
              },
        workerPatienceMs: options.workerPatienceMs ?? 100,
        ...(options.now === undefined ? {} : { now: options.now }),
        ...(options.postHead === undefined ? {} : { postHead: options.postHead }),
      })
      const ready = await bot.ready
      if (ready.kind !== 'ready') throw new Error(`cannot start the bot: ${ready.kind}`)
    },
    async stop() {
      await bot?.stop()
      bot = null
    },
    async restart() {
      await scene.stop()
      await scene.start()
    },
    async settled() {
      for (;;) {
        const { version } = await server.control.waitForChange({ since: -1, timeout_ms: 0 })
        if ((await server.control.pendingUpdates({})).length === 0) return
        await server.control.waitForChange({ since: version, timeout_ms: 50 })
      }
    },
  }
  return scene
}

export async function removeScene(scene: Scene): Promise<void> {
  await scene.stop()
  await scene.server.close()
  await rm(scene.stateFolder, { recursive: true, force: true })
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}
