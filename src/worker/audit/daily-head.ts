import type { EngineContext } from '../context.ts'

/** Between two heads, in milliseconds. */
const DAY = 24 * 3_600_000
/** Timers of more than 2^31 ms fire at once, and clocks are set. */
const LOOK_MAX_MS = 3_600_000

/** When the last one was appended, in `meta`. */
const LAST_KEY = 'audit.head.at'

/**
 * Appends `audit.head` once a day, with id and hash of the event before it: the bot posts it where this host cannot change it.
 * When the last one was stands in the same transaction, so that restarts post nothing twice and a missed day is made up for.
 *
 * @returns what ends it
 */
export function startDailyHead({ store, events, clock, log }: EngineContext): () => void {
  let timer: NodeJS.Timeout | undefined
  const nothing = { requestId: null, runId: null, telegramId: null }
  const dueIn = () => {
    const last = Number(store.meta.get(LAST_KEY) ?? 0)
    // One that is later than now was before somebody set the clock back.
    return last > clock() ? 0 : last + DAY - clock()
  }
  const look = () => {
    try {
      if (dueIn() <= 0) {
        events.commit(() => {
          const { id, hash } = store.events.end()
          events.append('audit.head', nothing, 'worker', { id, hash })
          store.meta.set(LAST_KEY, String(clock()))
        })
      }
      wait(dueIn())
    } catch (error) {
      log.error({ err: error }, 'cannot write down the head of the history')
      wait(LOOK_MAX_MS)
    }
  }
  const wait = (ms: number) => {
    timer = setTimeout(look, Math.min(Math.max(1000, ms), LOOK_MAX_MS))
    timer.unref()
  }
  look()
  return () => clearTimeout(timer)
}
