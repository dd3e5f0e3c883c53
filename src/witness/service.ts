import { setTimeout as sleep } from 'node:timers/promises'
import { Api } from 'grammy'
import { describeError, type Logger } from '../bot/log.ts'
import { createFileStore } from '../bot/state/file-store.ts'
import { apiOptions, apiSignal } from '../bot/telegram/api.ts'
import { problemOf } from '../bot/telegram/errors.ts'
import { createPace } from '../bot/telegram/pace.ts'
import type { Client } from '../client/client.ts'
import { type Health, UNSUPERVISED } from '../supervision/supervise-bot.ts'
import type { Words } from '../texts/words.ts'
import { createPostman } from './postman.ts'

export interface WitnessDeps {
  token: string
  apiRoot: string
  client: Client
  /** The witness's own folder, 0700. */
  stateFolder: string
  words: Words
  log: Logger
  stopped: AbortSignal
  /** Who is told how it is; absent: nobody. */
  health?: Health
}

/** How long the worker may wait with its answer, and the longest rest after something failed, in milliseconds. */
const WAIT_MS = 20_000
/** How long a message that is on its way may take once the witness is to stop, so that it is written down that it went out. */
const LAST_CALLS_MS = 3000
const LONGEST_REST_MS = 15_000

/**
 * Sends what the worker has for it, takes codes out of messages when they are good no more, and does nothing else: it never asks
 * Telegram for updates, so nobody can say anything to it.
 */
export async function serveWitness(deps: WitnessDeps): Promise<'stopped' | 'bad_token'> {
  const { client, log, stopped, health = UNSUPERVISED } = deps
  const given = afterwards(stopped, LAST_CALLS_MS)
  const api = new Api(deps.token, apiOptions(deps.apiRoot, given, { pace: createPace(), counts: true }))
  const username = await introduce(api, health, log, stopped)
  if (username === 'stopped' || username === 'bad_token') return username
  const files = createFileStore(deps.stateFolder, {
    onUnreadable: (name, keptAs) => log.error({ name, keptAs }, 'cannot read a state file; it was put aside'),
  })
  const postman = createPostman({ ...deps, api, files, username: username.name })
  health.serves(username.name)
  log.info({ bot: username.name }, 'ready')
  let rest = 0
  let silent = false
  while (!stopped.aborted) {
    health.turned(rest)
    if (rest > 0) await sleep(rest, undefined, { signal: stopped }).catch(() => undefined)
    const pending = await client.call(
      'witness.pending',
      { wait_ms: rest > 0 ? 0 : WAIT_MS },
      { signal: stopped, timeoutMs: WAIT_MS + 10_000 },
    )
    if (stopped.aborted) break
    if (!pending.ok) {
      // Said once: a worker that is being restarted is nobody's news every second.
      if (!silent) log.warn({ code: pending.error.code }, 'cannot ask the worker; trying again')
      silent = true
      rest = longer(rest)
      continue
    }
    silent = false
    const done = await postman.deal(pending.items)
    if (done === 'bad_token') return 'bad_token'
    rest = done === 'again' ? longer(rest) : 0
  }
  return 'stopped'
}

/** Aborts so long after `signal` did. */
function afterwards(signal: AbortSignal, ms: number): AbortSignal {
  const later = new AbortController()
  signal.addEventListener('abort', () => setTimeout(() => later.abort(), ms).unref(), { once: true })
  return later.signal
}

function longer(rest: number): number {
  return Math.min(Math.max(250, rest * 2), LONGEST_REST_MS)
}

/** Who the token says we are; waits for the network as long as it takes. */
async function introduce(
  api: Api,
  health: Health,
  log: Logger,
  stopped: AbortSignal,
): Promise<{ name: string } | 'stopped' | 'bad_token'> {
  for (let rest = 0; ; rest = longer(rest)) {
    health.turned(rest)
    if (rest > 0) await sleep(rest, undefined, { signal: stopped }).catch(() => undefined)
    if (stopped.aborted) return 'stopped'
    try {
      return { name: (await api.getMe(apiSignal(stopped))).username }
    } catch (error) {
      if (problemOf(error).kind === 'bad_token') return 'bad_token'
      health.reached(false)
      if (!stopped.aborted) log.warn(describeError(error), 'cannot reach Telegram; trying again')
    }
  }
}
