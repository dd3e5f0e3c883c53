import type { Update, WebhookInfo } from 'grammy/types'
import type { UpdateQueue } from './update-queue.ts'

interface WebhookSettings {
  url: string
  secretToken?: string
  maxConnections: number
}

/**
 * Pushes updates to the bot's webhook, those of one chat one at a time and in order, of others side by side, as Telegram does: 2xx
 * acknowledges, anything else is tried again.
 * Only loopback addresses are ever contacted; a foreign one is kept and reported like an unreachable one.
 */
export interface Webhook {
  set(settings: WebhookSettings): void
  /** True when there was one. */
  remove(): boolean
  active(): boolean
  info(): WebhookInfo
  close(): Promise<void>
}

const RETRY_MS = 200
const REQUEST_TIMEOUT_MS = 10_000

export function createWebhook(queue: UpdateQueue): Webhook {
  let settings: WebhookSettings | undefined
  let lastError: { date: number; message: string } | undefined
  const underWay = new Map<number, Promise<void>>()
  let stop = new AbortController()
  const stopListening = queue.onPush(() => start())

  /** Of each chat the first that waits, as far as there are connections left. */
  function start() {
    if (!settings) return
    const current = settings
    const signal = stop.signal
    const seen = new Set(underWay.keys())
    for (const update of queue.pending()) {
      if (underWay.size >= current.maxConnections) return
      const chat = chatOf(update)
      if (seen.has(chat)) continue
      seen.add(chat)
      underWay.set(
        chat,
        deliverOne(current, update, signal).finally(() => {
          underWay.delete(chat)
          if (!stop.signal.aborted || settings) start()
        }),
      )
    }
  }

  async function deliverOne(target: WebhookSettings, update: Update, signal: AbortSignal) {
    const failure = await deliver(target, update, signal)
    if (signal.aborted) return
    if (failure === undefined) return queue.remove(update.update_id)
    lastError = { date: Math.floor(Date.now() / 1000), message: failure }
    await pause(RETRY_MS, signal)
  }

  function halt() {
    stop.abort()
    stop = new AbortController()
    settings = undefined
    lastError = undefined
  }

  return {
    set(next) {
      halt()
      settings = next
      void Promise.allSettled(underWay.values()).then(start)
    },
    remove() {
      const had = settings !== undefined
      halt()
      return had
    },
    active: () => settings !== undefined,
    info: () => ({
      url: settings?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: queue.pending().length,
      ...(settings ? { max_connections: settings.maxConnections, ip_address: '127.0.0.1' } : {}),
      ...(lastError ? { last_error_date: lastError.date, last_error_message: lastError.message } : {}),
      ...(queue.allowed().length > 0
        ? { allowed_updates: queue.allowed() as NonNullable<WebhookInfo['allowed_updates']> }
        : {}),
    }),
    async close() {
      stopListening()
      halt()
      await Promise.allSettled(underWay.values())
    },
  }
}

/** Updates of one chat are delivered one after another; one without a chat has no order. */
function chatOf(update: Update): number {
  return (update.message ?? update.callback_query?.message)?.chat.id ?? -update.update_id
}

async function deliver(
  target: WebhookSettings,
  update: Update,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { hostname } = new URL(target.url)
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
    return `Connection refused: ${hostname} is not loopback`
  try {
    const response = await fetch(target.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(target.secretToken ? { 'x-telegram-bot-api-secret-token': target.secretToken } : {}),
      },
      body: JSON.stringify(update),
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    })
    await response.arrayBuffer()
    return response.ok
      ? undefined
      : `Wrong response from the webhook: ${response.status} ${response.statusText}`
  } catch (error) {
    return `Connection failed: ${error instanceof Error ? error.message : String(error)}`
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
