import type { Update } from 'grammy/types'
import { type ApiResult, conflict, success } from '../api-result.ts'
import type { UpdateQueue } from './update-queue.ts'

interface PollRequest {
  offset: number
  limit: number
  /** How long to wait when nothing is pending; 0 answers at once. */
  timeoutMs: number
  /** Aborted when the client went away. */
  signal: AbortSignal
}

/**
 * The waiting side of `getUpdates`.
 * INVARIANTS: at most one poller waits at any time; a later one ends the earlier with 409, as Telegram does; a poller
 * whose client went away takes nothing with it, because only an offset acknowledges.
 */
export interface LongPoll {
  poll(request: PollRequest): Promise<ApiResult<Update[]>>
  /** Whether a poller waits right now: the bot is up and has dealt with what there was. */
  isWaiting(): boolean
  /** Ends a waiting poller with a 409 that gives `reason`. */
  interrupt(reason: string): void
  /** Ends a waiting poller with what there is: the server closes. */
  close(): void
}

const OTHER_POLLER = 'terminated by other getUpdates request; make sure that only one bot instance is running'

export function createLongPoll(queue: UpdateQueue): LongPoll {
  let endWaiting: ((result?: ApiResult<Update[]>) => void) | undefined
  let closed = false
  return {
    poll({ offset, limit, timeoutMs, signal }) {
      endWaiting?.(conflict(OTHER_POLLER))
      const ready = queue.take(offset, limit)
      if (ready.length > 0 || timeoutMs <= 0 || closed || signal.aborted)
        return Promise.resolve(success(ready))
      return new Promise((resolve) => {
        const end = (result?: ApiResult<Update[]>) => {
          clearTimeout(timer)
          stopListening()
          signal.removeEventListener('abort', onAbort)
          if (endWaiting === end) endWaiting = undefined
          resolve(result ?? success(queue.take(offset, limit)))
        }
        const onAbort = () => end(success([]))
        const timer = setTimeout(end, timeoutMs)
        const stopListening = queue.onPush(() => end())
        signal.addEventListener('abort', onAbort)
        endWaiting = end
      })
    },
    isWaiting: () => endWaiting !== undefined,
    interrupt: (reason) => endWaiting?.(conflict(reason)),
    close() {
      closed = true
      endWaiting?.()
    },
  }
}
