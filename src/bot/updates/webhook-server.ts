import { timingSafeEqual } from 'node:crypto'
import { chmod, lstat, unlink } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Update } from 'grammy/types'
import { z } from 'zod'
import type { WebhookListen } from '../../config/webhook.ts'
import { describeError, type Logger } from '../log.ts'
import type { Intake } from './intake.ts'

export interface WebhookServerDeps {
  intake: Intake
  log: Logger
  stopped: AbortSignal
}

/** As the config has it; `secret` is what each delivery must carry (Bot API, setWebhook, `secret_token`). */
export interface WebhookServerOptions {
  listen: WebhookListen
  /** The path of the URL that Telegram was given. */
  path: string
  secret: string
}

const MAX_BODY = 256 * 1024
/** What takes longer is written down, and the delivery is answered. */
const NOTE_AFTER_MS = 25
/** Nobody but a proxy of this host connects. */
const CONNECTIONS = 128

const updateSchema = z.custom<Update>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'update_id' in value &&
    Number.isSafeInteger(value.update_id),
)

/**
 * Takes Telegram's deliveries. 200 says that an update is dealt with or written down, so a delivery loses as little as a poll; anything
 * else makes Telegram deliver it again. Without the right path and secret there is nothing here, and nothing of a body is read.
 */
export async function listenForUpdates(
  deps: WebhookServerDeps,
  options: WebhookServerOptions,
): Promise<{ close(): Promise<void> }> {
  const { log } = deps
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, (request, response) => {
    receive(deps, options, request, response).catch((error: unknown) => {
      log.warn(describeError(error), 'cannot take a delivery')
      end(response, 503)
    })
  })
  server.maxConnections = CONNECTIONS
  await open(server, options.listen)
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), 2000)
      await closed
      clearTimeout(timer)
    },
  }
}

async function receive(
  { intake, stopped }: WebhookServerDeps,
  { path, secret }: WebhookServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const given = request.headers['x-telegram-bot-api-secret-token']
  // Both are compared whatever the other says, so that the time tells nothing.
  const isPath = sameText(request.url ?? '', path)
  const isSecret = sameText(typeof given === 'string' ? given : '', secret)
  if (request.method !== 'POST' || !isPath || !isSecret) return refuse(request, response, 404)
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    return refuse(request, response, 415)
  const body = await readBody(request)
  if (body === null) return refuse(request, response, 413)
  const update = updateOf(body)
  if (update === null) return end(response, 400)
  if (stopped.aborted) return end(response, 503)
  const taken = intake.take(update)
  const early = await Promise.race([taken.settled, sleep(NOTE_AFTER_MS, null)])
  if (early === true || (early === null && (await taken.note()))) return end(response, 200)
  end(response, (await taken.settled) ? 200 : 503)
}

/** The whole body; null when it is too long. Rejects when it breaks off. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) return null
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function updateOf(body: string): Update | null {
  try {
    const parsed = updateSchema.safeParse(JSON.parse(body))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** Says no without reading on: the connection ends with it. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  response.setHeader('connection', 'close')
  response.once('finish', () => request.destroy())
  end(response, status)
}

function end(response: ServerResponse, status: number): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { 'content-length': 0 })
  response.end()
}

function sameText(given: string, wanted: string): boolean {
  const wantedBytes = Buffer.from(wanted)
  const givenBytes = Buffer.alloc(wantedBytes.length)
  givenBytes.write(given)
  return timingSafeEqual(givenBytes, wantedBytes) && given.length === wanted.length
}

async function open(server: Server, listen: WebhookListen): Promise<void> {
  if ('path' in listen) await removeStale(listen.path)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(listen, resolve)
  })
  // The proxy's account gets in by the group of the folder or file; the secret is what counts.
  if ('path' in listen) await chmod(listen.path, 0o660)
}

/** A socket that an earlier bot left. Anything else stays, and listening fails. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null)
  if (found?.isSocket() === true) await unlink(path)
}
