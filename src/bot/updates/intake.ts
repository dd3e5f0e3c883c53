import type { Update } from 'grammy/types'
import { describeError, type Logger } from '../log.ts'
import { mayHoldCodes } from '../telegram/codes.ts'
import { type Admission, senderOf } from './admission.ts'
import type { Dispatch } from './dispatcher.ts'
import type { Inbox } from './inbox.ts'

/** An update that was taken in. */
export interface Taken {
  id: number
  /** True when it is dealt with; false when the bot stopped before that, so that it must come again. */
  settled: Promise<boolean>
  /**
   * Writes it down, so that whoever delivered it may forget it; resolves true when that is durable or it is dealt with, false when it may
   * not be kept.
   */
  note(): Promise<boolean>
}

/** Where updates come in, however they are delivered. */
export interface Intake {
  take(update: Update): Taken
  /** Goes on with what was noted before the bot ended; first of all, so that each chat's order stays. */
  resume(): Promise<void>
  /** Resolves when nothing is under way, at the latest after `ms`. */
  idle(ms: number): Promise<void>
}

export interface IntakeDeps {
  admits: Admission
  dispatch: Dispatch
  inbox: Inbox
  /** Whether the worker knew this person when they last wrote: of nobody else anything is kept. */
  isKnown: (telegramId: number) => boolean
  log: Logger
}

export function createIntake(deps: IntakeDeps): Intake {
  const { admits, dispatch, inbox, log } = deps
  const underWay = new Set<Promise<unknown>>()

  const handle = (update: Update): Promise<boolean> => {
    const handling = dispatch(update).then(async (dealtWith) => {
      if (dealtWith) await inbox.remove(update.update_id)
      return dealtWith
    })
    underWay.add(handling)
    void handling.then(
      () => underWay.delete(handling),
      () => underWay.delete(handling),
    )
    return handling
  }

  return {
    take(update) {
      const id = update.update_id
      if (!admits(update)) return { id, settled: Promise.resolve(true), note: () => Promise.resolve(true) }
      const from = senderOf(update)
      let over = false
      const settled = handle(update).then((dealtWith) => {
        over = dealtWith
        return dealtWith
      })
      return {
        id,
        settled,
        async note() {
          if (over) return true
          if (from === undefined || !deps.isKnown(from.id)) return false
          // A one-time code is never written down: whoever delivered it keeps it until it is dealt with.
          if (mayHoldCodes(update)) return false
          try {
            await inbox.note(update)
          } catch (error) {
            log.error(describeError(error), 'cannot write an update down')
            return false
          }
          // It may have been dealt with while it was written.
          if (over) await inbox.remove(id)
          return true
        },
      }
    },
    async resume() {
      for (const update of await inbox.left()) void handle(update)
    },
    async idle(ms) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, ms)
      await Promise.race([Promise.allSettled(underWay), promise])
      clearTimeout(timer)
    },
  }
}
