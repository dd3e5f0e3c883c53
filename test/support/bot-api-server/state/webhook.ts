import type { Update, WebhookInfo } from 'grammy/types'
import type { UpdateQueue } from './update-queue.ts'

interface WebhookSettings {
  url: string
  secretToken?: string
  maxConnections: number
}

/**
 * Pushes updates to the bot's webhook, one at a time and in order: 2xx acknowledges, anything else is tried again.
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
  let delivering: Promise<void> | undefined
  let stop = new AbortController()
  const stopListening = queue.onPush(() => start())

  function start() {
    if (!settings || delivering) return
    const current = settings
    const signal = stop.signal
    delivering = deliverAll(current, signal).finally(() => {
      delivering = undefined
      if (settings && !stop.signal.aborted && queue.pending().length > 0) start()
    })
  }

  async function deliverAll(target: WebhookSettings, signal: AbortSignal) {
    for (;;) {
      const update = queue.pending()[0]
      if (!update || signal.aborted) return
      const failure = await deliver(target, update, signal)
      if (signal.aborted) return
      if (failure === undefined) {
        queue.take(update.update_id + 1, 1)
        continue
      }
      lastError = { date: Math.floor(Date.now() / 1000), message: failure }
      await pause(RETRY_MS, signal)
    }
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
      const waitFor = delivering ?? Promise.resolve()
      void waitFor.then(start)
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
      await delivering
    },
  }
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
