import { setTimeout as sleep } from 'node:timers/promises'
import type { Pace } from './pace.ts'

export interface PatientFetchOptions {
  /** For how long one call is tried, retries and waits included. */
  patienceMs: number
  /** Ends all waiting at once: the bot stops. */
  stopped: AbortSignal
  pace: Pace
  /** Whether messages are counted here: those that took no turn before. */
  counts: boolean
}

/** The part of `fetch` that grammY uses; its own signal is of another make, so only its events are relied on. */
interface GrammyInit {
  method?: string
  headers?: RequestInit['headers']
  body?: RequestInit['body']
  signal?: EventTarget
  duplex?: string
}

/**
 * A `fetch` for the Bot API client that waits out what passes by itself: network errors, 5xx, and 429 for as long as it
 * says, which then holds for every call to that chat. It sits below the API client, because transformers (and so the usual retry plugin) do not reach calls inside
 * conversations. Polls are not repeated here: the loop that polls does so itself.
 */
export function createPatientFetch(options: PatientFetchOptions) {
  return async (url: string, init: GrammyInit): Promise<Response> => {
    const deadline = performance.now() + options.patienceMs
    const canRepeat =
      !url.endsWith('/getUpdates') && (init.body === undefined || typeof init.body === 'string')
    const chatId = chatIdOf(init.body)
    if (options.counts && chatId !== null && MESSAGES.test(url)) options.pace.answered()
    let delay = 200
    for (;;) {
      const held = chatId === null ? 0 : options.pace.heldMs(chatId)
      // A longer hold than the patience is found out from Telegram itself, whose answer says how long.
      if (held > 0 && performance.now() + held <= deadline) await paused(held, options.stopped)
      const made = await attempt(url, init, options.stopped)
      if ('response' in made && made.retryAfterMs === null) return made.response
      const pause = made.retryAfterMs ?? delay
      const isRefusal = 'response' in made && made.response.status === 429
      if (isRefusal && chatId !== null) options.pace.refused(chatId, pause)
      const patient = performance.now() + pause <= deadline
      if (!canRepeat || !patient || options.stopped.aborted || !(await paused(pause, options.stopped))) {
        if ('response' in made) return made.response
        throw made.error
      }
      delay = Math.min(delay * 2, 5000)
    }
  }
}

/** What counts for Telegram's limits on messages. */
const MESSAGES = /\/(send(Message|Document)|edit[A-Za-z]+)$/

/** The chat that a call is about, as far as its body says it. */
function chatIdOf(body: GrammyInit['body']): number | null {
  if (typeof body !== 'string') return null
  const { chat_id: chatId } = JSON.parse(body) as { chat_id?: unknown }
  return typeof chatId === 'number' ? chatId : null
}

type Attempt = { response: Response; retryAfterMs: number | null } | { error: unknown; retryAfterMs: null }

async function attempt(url: string, init: GrammyInit, stopped: AbortSignal): Promise<Attempt> {
  const controller = new AbortController()
  const abort = () => controller.abort()
  init.signal?.addEventListener('abort', abort)
  stopped.addEventListener('abort', abort)
  try {
    const response = await fetch(url, {
      method: init.method ?? 'GET',
      ...(init.headers === undefined ? {} : { headers: init.headers }),
      ...(init.body === undefined ? {} : { body: init.body }),
      ...(init.duplex === undefined ? {} : { duplex: 'half' as const }),
      signal: controller.signal,
    })
    // Read here, so that a connection that breaks within the body is an attempt that failed.
    const text = await response.text()
    const copy = new Response(text, {
      status: response.status,
      headers: { 'content-type': 'application/json' },
    })
    if (response.status === 429) return { response: copy, retryAfterMs: retryAfterOf(text) }
    return { response: copy, retryAfterMs: response.status >= 500 ? 500 : null }
  } catch (error) {
    return { error, retryAfterMs: null }
  } finally {
    init.signal?.removeEventListener('abort', abort)
    stopped.removeEventListener('abort', abort)
  }
}

/** False when the bot stopped meanwhile. */
async function paused(ms: number, stopped: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal: stopped })
    return true
  } catch {
    return false
  }
}

function retryAfterOf(body: string): number {
  try {
    const seconds = (JSON.parse(body) as { parameters?: { retry_after?: unknown } }).parameters?.retry_after
    return typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : 1000
  } catch {
    return 1000
  }
}
