import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ApiResult, badRequest, tooManyRequests } from './api-result.ts'
import { type Control, controlOver, performAction } from './control/control.ts'
import { answerControl } from './control/http.ts'
import { findMethod } from './methods/registry.ts'
import { createParams } from './params.ts'
import { readRequest } from './request-body.ts'
import { createAccount } from './state/account.ts'
import type { Fault } from './state/faults.ts'

export interface BotApiServerOptions {
  /** The bot's token; a random one by default. */
  token?: string
  /** A port on 127.0.0.1; a free one by default. */
  port?: number
  botUsername?: string
  botName?: string
  readsAllGroupMessages?: boolean
  /** For how long a tap can be answered. */
  callbackTtlMs?: number
  /** What `/control/…` asks for; random by default. */
  controlSecret?: string
}

export interface BotApiServer {
  /** For `telegram.api_root`: `http://127.0.0.1:PORT`. */
  url: string
  token: string
  control: Control
  controlSecret: string
  /** One more bot at the same address, with people of its own around it; HTTP control is the first one's. */
  addBot(options: { token: string; botUsername: string }): Control
  /** Ends polls, deliveries and connections; resolves when nothing is left open. */
  close(): Promise<void>
}

const MAX_BODY_BYTES = 50 * 1024 * 1024

/**
 * A Telegram Bot API server for a bot, or several, with simulated people around it. It listens on loopback only, keeps everything in
 * bounded memory, and answers what Telegram answers, errors included, for the methods in `methods/registry.ts`.
 */
export async function createBotApiServer(options: BotApiServerOptions = {}): Promise<BotApiServer> {
  const token = options.token ?? `110201543:${randomBytes(26).toString('base64url').slice(0, 35)}`
  const controlSecret = options.controlSecret ?? randomBytes(24).toString('base64url')
  const newAccount = (own: string, botUsername: string) =>
    createAccount({
      botId: Number.parseInt(own, 10) || 110201543,
      botUsername,
      botName: options.botName ?? 'Usher',
      readsAllGroupMessages: options.readsAllGroupMessages ?? false,
      callbackTtlMs: options.callbackTtlMs ?? 15_000,
    })
  const first = newAccount(token, options.botUsername ?? 'usher_test_bot')
  const accounts = new Map([[token, first]])

  async function answer(request: IncomingMessage, response: ServerResponse, signal: AbortSignal) {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const [, head = '', tail = '', ...rest] = url.pathname.split('/').map(decode)
    if (head === 'control' && rest.length === 0) {
      const { status, body } = await answerControl(first, controlSecret, request, tail)
      return send(response, status, body)
    }
    if (!head.startsWith('bot') || rest.length > 0) return sendResult(response, NOT_FOUND)
    const account = accounts.get(head.slice(3))
    if (account === undefined) return sendResult(response, UNAUTHORIZED)
    if (request.method !== 'GET' && request.method !== 'POST') return sendResult(response, NOT_FOUND)
    const startedMs = performance.now()
    const time = new Date().toISOString()
    const read = await readRequest(request, url, MAX_BODY_BYTES)
    const params = createParams(read.kind === 'fields' ? read.body : { fields: {}, files: {} })
    const found = findMethod(tail)
    const method = found?.name ?? tail
    const fault = account.faults.next(method)
    if (fault?.kind === 'delay') await sleep(fault.ms, undefined, { signal }).catch(() => undefined)
    const chatId = params.integer('chat_id')
    const isMessage = /^(send|edit)/.test(method) && method !== 'sendChatAction'
    const refused = isMessage && chatId !== undefined ? account.limits.refuse(chatId) : null
    let result: ApiResult | undefined
    if (read.kind === 'too-large') result = TOO_LARGE
    else if (read.kind === 'malformed') result = badRequest("can't parse the request body")
    else if (!found) result = NOT_FOUND
    else if (refused !== null) result = tooManyRequests(refused)
    else if (runs(fault)) result = await found.run(account, params, signal)
    else result = faultAnswer(fault)
    const silent = fault?.kind === 'drop' || signal.aborted
    account.calls.add({
      method,
      payload: params.payload,
      time,
      started_ms: startedMs,
      ended_ms: performance.now(),
      response: silent ? undefined : structuredClone(result),
      fault,
    })
    if (method !== 'getUpdates') account.clock.tick()
    if (silent || !result) response.destroy()
    else sendResult(response, result)
  }

  const server = createServer((request, response) => {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    answer(request, response, gone.signal).catch((error: unknown) => {
      // A client that went away in the middle of its body is no fault of the server's.
      if (gone.signal.aborted || response.headersSent) response.destroy()
      else
        send(response, 500, {
          ok: false,
          error_code: 500,
          description: `Internal Server Error: ${String(error)}`,
        })
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    controlSecret,
    control: controlOver((name, input) => performAction(first, name, input)),
    addBot(added) {
      const account = newAccount(added.token, added.botUsername)
      accounts.set(added.token, account)
      return controlOver((name, input) => performAction(account, name, input))
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const { longPoll, clock, webhook } of accounts.values()) {
        longPoll.close()
        clock.close()
        await webhook.close()
      }
      server.closeAllConnections()
      await closed
    },
  }
}

const NOT_FOUND: ApiResult = { ok: false, error_code: 404, description: 'Not Found' }
const UNAUTHORIZED: ApiResult = { ok: false, error_code: 401, description: 'Unauthorized' }
const TOO_LARGE: ApiResult = { ok: false, error_code: 413, description: 'Request Entity Too Large' }

const runs = (fault: Fault | undefined) =>
  !fault || fault.kind === 'delay' || (fault.kind === 'drop' && fault.when === 'after')

function faultAnswer(fault: Fault | undefined): ApiResult | undefined {
  if (fault?.kind === 'too-many-requests') return tooManyRequests(fault.retry_after)
  if (fault?.kind !== 'answer') return undefined
  return { ok: false, error_code: fault.error_code, description: fault.description }
}

function sendResult(response: ServerResponse, result: ApiResult) {
  send(response, result.ok ? 200 : result.error_code, result)
}

function send(response: ServerResponse, status: number, body: unknown) {
  if (response.destroyed) return
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
