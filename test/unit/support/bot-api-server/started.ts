import { Bot } from 'grammy'
import { onTestFinished } from 'vitest'
import {
  type BotApiServer,
  type BotApiServerOptions,
  createBotApiServer,
} from '../../../support/bot-api-server/server.ts'

/** A server for one test; closed when the test ends. */
export async function startedServer(options: BotApiServerOptions = {}): Promise<BotApiServer> {
  const server = await createBotApiServer(options)
  onTestFinished(() => server.close())
  return server
}

/** A real grammY bot on that server; the caller adds handlers and may start it. */
export const botOn = (server: BotApiServer): Bot => new Bot(server.token, { client: { apiRoot: server.url } })

/** Starts long polling and stops it when the test ends. */
export async function polling(bot: Bot): Promise<Bot> {
  await new Promise<void>((resolve, reject) => {
    bot.start({ onStart: () => resolve() }).catch(reject)
  })
  onTestFinished(() => bot.stop().catch(() => undefined))
  return bot
}

/** Calls a method as anybody with an HTTP client would. */
export async function call(server: BotApiServer, method: string, payload: object = {}) {
  const response = await fetch(`${server.url}/bot${server.token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  })
  return (await response.json()) as {
    ok: boolean
    result?: unknown
    error_code?: number
    description?: string
  }
}
