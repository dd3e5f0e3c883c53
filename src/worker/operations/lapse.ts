import type { EngineContext } from '../context.ts'
import { lapseAccess } from './access/follow.ts'
import { lapseRequests } from './decide-request.ts'

/** Ends whatever has a time that is up. Called before every operation and by a timer. */
export function lapse(context: EngineContext): void {
  lapseRequests(context)
  // Afterwards: a draft that lapsed may have left an access request that waits longer than it may.
  lapseAccess(context)
}

/** When the next thing lapses; null when nothing waits. */
export function nextLapse({ store }: Pick<EngineContext, 'store'>): number | null {
  const times = [store.requests.nextExpiry(), store.access.nextExpiry(), store.invitations.nextExpiry()]
  return times.reduce<number | null>(
    (first, time) => (time === null ? first : Math.min(first ?? time, time)),
    null,
  )
}
