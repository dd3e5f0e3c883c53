import { setTimeout as sleep } from 'node:timers/promises'
import type { Api } from 'grammy'
import type { Update } from 'grammy/types'
import type { Health } from '../../supervision/supervise-bot.ts'
import { describeError, type Logger } from '../log.ts'
import { apiSignal } from '../telegram/api.ts'
import { problemOf } from '../telegram/errors.ts'
import type { RaiseAlarm } from './alarms.ts'
import type { Intake, Taken } from './intake.ts'
import type { OwnWebhook } from './own-webhook.ts'

export interface PollDeps {
  api: Api
  intake: Intake
  ownWebhook: OwnWebhook
  alarm: RaiseAlarm
  health: Health
  log: Logger
  stopped: AbortSignal
}

export type PollEnd = { kind: 'stopped' } | { kind: 'bad_token' }

const LONG_POLL_S = 30
/** What takes longer is written down, and then holds up nothing behind it. */
const NOTE_AFTER_MS = 25
/** While something is under way that may not be written down, new updates are looked for this often. */
const SHORT_POLL_MS = 100
/** What Telegram gives at most. */
const LIMIT = 100
/** How long updates that are under way may take when the bot stops. */
export const STOP_PATIENCE_MS = 5000
/** What the bot wants to get, however it is delivered. */
export const UPDATE_TYPES = ['message', 'edited_message', 'callback_query'] as const

/**
 * Long polling that loses nothing: Telegram forgets an update once a poll asks for a later one (Bot API, getUpdates,
 * `offset`), so the offset never passes an update that is neither dealt with nor written down. While one of somebody unknown is slow,
 * which is not written down, polls ask again from it and what is known already is left out; when so many come that this hides
 * others, it is dealt with but would not come again after a kill.
 */
export async function pollUpdates(deps: PollDeps): Promise<PollEnd> {
  const { api, intake, ownWebhook, alarm, health, log, stopped } = deps
  const open = new Map<number, Taken>()
  /** Dealt with or written down, but not forgotten by Telegram yet. */
  const done = new Set<number>()
  let highest: number | null = null
  let onSettled: () => void = () => undefined
  let conflicts = 0

  /** False when it was taken before. */
  const take = (update: Update): boolean => {
    const id = update.update_id
    if (open.has(id) || done.has(id)) return false
    const taken = intake.take(update)
    open.set(id, taken)
    setTimeout(() => void noteOne(taken), NOTE_AFTER_MS)
    highest = Math.max(highest ?? id, id)
    void taken.settled.then((dealtWith) => {
      // What was not dealt with stays open for ever, so that this process never confirms it.
      if (dealtWith) close(id)
    })
    return true
  }
  const close = (id: number) => {
    if (!open.delete(id)) return
    done.add(id)
    if (open.size === 0) onSettled()
  }
  const noteOne = async (taken: Taken) => {
    if (open.has(taken.id) && !stopped.aborted && (await taken.note())) close(taken.id)
  }
  const offset = () => (open.size > 0 ? Math.min(...open.keys()) : highest === null ? undefined : highest + 1)
  /** Resolves when nothing is open any more, at the latest after `ms`. */
  const settled = async (ms: number) => {
    if (open.size === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    onSettled = resolve
    await promise
    clearTimeout(timer)
  }

  /** How many polls in a row have brought something: while they do, the next one does not wait for what they brought. */
  let streak = 0

  while (!stopped.aborted) {
    health.turned()
    const from = offset()
    const busy = open.size > 0
    try {
      const updates = await api.getUpdates(
        {
          ...(from === undefined ? {} : { offset: from }),
          timeout: busy ? 0 : LONG_POLL_S,
          limit: LIMIT,
          allowed_updates: UPDATE_TYPES,
        },
        apiSignal(stopped),
      )
      health.reached(true)
      conflicts = 0
      for (const id of done) if (from !== undefined && id < from) done.delete(id)
      // All before `from` is confirmed; without an offset Telegram gives what comes next, wherever its ids begin.
      if (updates.length === 0 && !busy) highest = null
      const news = updates.filter(take).length
      streak = news > 0 ? streak + 1 : 0
      if (updates.length >= LIMIT) {
        // What waits behind these is not seen before Telegram has forgotten them.
        await settled(0)
        await Promise.all([...open.values()].map(noteOne))
        for (const id of [...open.keys()]) close(id)
      }
    } catch (error) {
      if (stopped.aborted) break
      const problem = problemOf(error)
      if (problem.kind === 'bad_token') return { kind: 'bad_token' }
      if (problem.kind === 'conflict' && problem.webhook) {
        const left = await ownWebhook.leave(api, apiSignal(stopped)).catch(() => null)
        if (left?.foreign === true) {
          log.error(
            'somebody has set a webhook with this token: it is removed; if it was not you, revoke the token at @BotFather',
          )
          alarm('foreign_webhook')
        }
        if (left !== null) continue
      } else if (problem.kind === 'conflict') {
        conflicts += 1
        log.error(
          { conflicts },
          'another program polls with this token: stop it; if it is not yours, revoke the token at @BotFather',
        )
        alarm('conflict')
      } else {
        health.reached(false)
        log.warn(describeError(error), 'cannot fetch updates; trying again')
      }
      const asked = problem.kind === 'later' && problem.afterMs !== null ? problem.afterMs : 3000
      const pause = conflicts > 1 ? 10_000 : asked
      health.turned(pause)
      await sleep(pause, undefined, { signal: stopped }).catch(() => undefined)
      continue
    }
    await settled(streak === 0 ? SHORT_POLL_MS : streak === 1 ? NOTE_AFTER_MS : 0)
  }
  await intake.idle(STOP_PATIENCE_MS)
  const last = offset()
  if (last !== undefined) {
    // The last confirmation; without it the same updates come again, which is harmless.
    const signal = AbortSignal.timeout(2000)
    await api.getUpdates({ offset: last, timeout: 0, limit: 1 }, apiSignal(signal)).catch(() => undefined)
  }
  return { kind: 'stopped' }
}
