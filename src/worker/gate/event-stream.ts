import type { ServerResponse } from 'node:http'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { EventView } from '../../protocol/views.ts'
import type { Engine } from '../engine.ts'
import { decide } from './access.ts'
import type { CallerResult } from './resolve-caller.ts'

/** How many events are looked at before others get their turn. */
const BATCH = 64
/** One write is not much longer than this: as much as a socket takes before it asks to wait. */
const WRITE_CHARACTERS = 16 * 1024
/** After news were sent, the next wait so long, so that what a run commits in quick succession goes out together. */
const PACE_MS = 20

export interface StreamOptions {
  /** Between two heartbeats, in milliseconds. */
  heartbeatMs: number
  /** How long a reader may leave everything unread before it is cut off, in milliseconds. */
  lagMs: number
}

/**
 * Sends the events after `cursor` as server-sent events (WHATWG HTML, 9.2), for ever: `id:` is the cursor to come back with.
 * Returns when the response is closed, when `signal` aborts, or when the caller may follow no longer.
 *
 * INVARIANTS
 * - Nothing is buffered for a reader who does not read: once the socket is full, the next events are read from the store
 *   only after it has drained, from the cursor on; a reader who stays away is cut off and comes back with its cursor.
 * - Who the caller is, and so what is visible, is resolved anew for each batch, and a batch is looked at and written
 *   without letting go of the thread: no event is delivered under a role that was lost before it.
 */
export async function streamEvents(
  events: Engine['events'],
  resolve: () => Promise<CallerResult>,
  response: ServerResponse,
  signal: AbortSignal,
  after: number,
  options: StreamOptions,
): Promise<void> {
  let cursor = after
  let news = true
  let wakeForNews = () => {}
  let wakeForEnd = () => {}
  const unsubscribe = events.subscribe(() => {
    news = true
    wakeForNews()
  })
  const ended = () => wakeForEnd()
  response.once('close', ended)
  signal.addEventListener('abort', ended)
  const over = () => response.destroyed || signal.aborted
  const sleep = (ms: number, arm: (wake: () => void) => void) =>
    new Promise<void>((resolved) => {
      const timer = setTimeout(resolved, ms)
      const wake = () => {
        clearTimeout(timer)
        resolved()
      }
      wakeForEnd = wake
      arm(wake)
    })
  try {
    while (!over()) {
      if (!news) {
        await sleep(options.heartbeatMs, (wake) => {
          wakeForNews = wake
        })
        if (over()) return
        if (!news) response.write(':\n\n')
      }
      if (response.writableNeedDrain) {
        await sleep(options.lagMs, (wake) => response.once('drain', wake))
        if (over()) return
        if (response.writableNeedDrain) {
          response.destroy()
          return
        }
      }
      news = false
      const who = await resolve()
      if (over() || !who.ok || decide('events.follow', who.caller, 'none') !== 'allow') return
      const batch = events.after(cursor, BATCH)
      let text = ''
      for (const event of batch) {
        cursor = event.id
        if (events.visibleTo(who.caller, event)) text += formatted(event)
        if (text.length >= WRITE_CHARACTERS) break
      }
      if (text !== '') response.write(text)
      if (batch.length === 0) continue
      news = true
      const isMore = batch.length === BATCH || cursor !== batch.at(-1)?.id
      await (isMore ? yieldToOthers() : sleep(PACE_MS, () => {}))
    }
  } finally {
    unsubscribe()
    response.off('close', ended)
    signal.removeEventListener('abort', ended)
  }
}

/** JSON has no raw line breaks, so one `data:` line is enough. */
function formatted(event: EventView): string {
  return `id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`
}
