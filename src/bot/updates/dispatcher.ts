import { setTimeout as sleep } from 'node:timers/promises'
import type { Update } from 'grammy/types'
import { describeError, type Logger } from '../log.ts'
import { problemOf } from '../telegram/errors.ts'
import { createChains } from './chains.ts'

export interface DispatcherDeps {
  /** Deals with one update; rejects with a failed Bot API call when the same update must be tried again. */
  handle: (update: Update) => Promise<void>
  log: Logger
  stopped: AbortSignal
}

/**
 * Deals with updates: those of one chat one after another, those of different chats beside each other. Resolves true when
 * the update is dealt with, false when the bot stopped before that; then it must be delivered again.
 */
export type Dispatch = (update: Update) => Promise<boolean>

export function createDispatcher({ handle, log, stopped }: DispatcherDeps): Dispatch {
  const chains = createChains()
  return async (update) => {
    let dealtWith = false
    await chains.run(chatKeyOf(update), async () => {
      for (let pause = 1000; !stopped.aborted; pause = Math.min(pause * 2, 30_000)) {
        try {
          await handle(update)
          dealtWith = true
          return
        } catch (error) {
          const problem = problemOf(unwrapped(error))
          const described = { update: update.update_id, ...describeError(unwrapped(error)) }
          // Without a token nothing can be dealt with; polling ends for the same reason.
          if (problem.kind === 'bad_token') return
          if (problem.kind !== 'later' && problem.kind !== 'conflict') {
            log.error(described, 'cannot deal with an update; it is given up')
            dealtWith = true
            return
          }
          log.warn(described, 'cannot reach Telegram; the update is tried again')
          const wait = problem.kind === 'later' ? (problem.afterMs ?? pause) : pause
          await sleep(wait, undefined, { signal: stopped }).catch(() => undefined)
        }
      }
    })
    return dealtWith
  }
}

/** Updates without a chat have no order among them. */
function chatKeyOf(update: Update): string {
  const message = update.message ?? update.edited_message ?? update.callback_query?.message
  return message === undefined ? `update ${update.update_id}` : String(message.chat.id)
}

/** grammY wraps what middleware throws. */
export function unwrapped(error: unknown): unknown {
  return error instanceof Error && error.name === 'BotError' && 'error' in error ? error.error : error
}
