import { setTimeout as sleep } from 'node:timers/promises'
import type { Api } from 'grammy'
import type { WebhookListen } from '../../config/webhook.ts'
import type { Health } from '../../supervision/supervise-bot.ts'
import { describeError, type Logger } from '../log.ts'
import { apiSignal } from '../telegram/api.ts'
import { problemOf } from '../telegram/errors.ts'
import type { RaiseAlarm } from './alarms.ts'
import type { Intake } from './intake.ts'
import type { OwnWebhook } from './own-webhook.ts'
import { type PollEnd, STOP_PATIENCE_MS, UPDATE_TYPES } from './poll.ts'
import { listenForUpdates } from './webhook-server.ts'

/** A webhook in place of polling. */
export interface WebhookOptions {
  /** What Telegram is told; a proxy passes it on to `listen`. */
  url: string
  listen: WebhookListen
  secret: string
  /** Whether Telegram still delivers here is asked this often. */
  lookEveryMs?: number
}

export interface ReceiveDeps {
  api: Api
  intake: Intake
  health: Health
  log: Logger
  stopped: AbortSignal
  ownWebhook: OwnWebhook
  alarm: RaiseAlarm
}

const LOOK_EVERY_MS = 60_000
/** Of one chat Telegram delivers one at a time (telegram-bot-api, WebhookActor.cpp: a queue for each), of many side by side. */
const MAX_CONNECTIONS = 40

/** Has Telegram deliver updates, and takes them until the bot stops. Rejects when it cannot listen. */
export async function receiveUpdates(deps: ReceiveDeps, options: WebhookOptions): Promise<PollEnd> {
  const { api, intake, ownWebhook, alarm, health, log, stopped } = deps
  const { url, listen, secret, lookEveryMs = LOOK_EVERY_MS } = options
  const server = await listenForUpdates(deps, { listen, secret, path: new URL(url).pathname })
  const set = async () => {
    await ownWebhook.set(url)
    await api.setWebhook(
      url,
      { secret_token: secret, max_connections: MAX_CONNECTIONS, allowed_updates: UPDATE_TYPES },
      apiSignal(stopped),
    )
  }
  try {
    let isSet = false
    while (!stopped.aborted) {
      health.turned()
      try {
        if (isSet) {
          const info = await api.getWebhookInfo(apiSignal(stopped))
          if (info.last_error_message !== undefined && info.pending_update_count > 0) {
            log.warn({ pending: info.pending_update_count }, 'Telegram cannot deliver: see getWebhookInfo')
          }
          if (info.url !== url) {
            log.error('somebody has taken the webhook away: revoke the token at @BotFather if it was not you')
            alarm('foreign_webhook')
            isSet = false
          }
        }
        if (!isSet) await set()
        isSet = true
        health.reached(true)
        health.turned(lookEveryMs)
        await sleep(lookEveryMs, undefined, { signal: stopped }).catch(() => undefined)
      } catch (error) {
        if (stopped.aborted) break
        const problem = problemOf(error)
        if (problem.kind === 'bad_token') return { kind: 'bad_token' }
        health.reached(false)
        log.warn(describeError(error), 'cannot set the webhook; trying again')
        const pause = problem.kind === 'later' && problem.afterMs !== null ? problem.afterMs : 3000
        health.turned(pause)
        await sleep(pause, undefined, { signal: stopped }).catch(() => undefined)
      }
    }
  } finally {
    await server.close()
    await intake.idle(STOP_PATIENCE_MS)
  }
  return { kind: 'stopped' }
}
