import type { EngineContext } from '../context.ts'
import { lapseAccess } from './access/follow.ts'
import { lapseRequests, settleHeld } from './decide-request.ts'

/**
 * Ends whatever has a time that is up. Called before every operation and by a timer.
 *
 * @returns whether a run was queued: one whose approvals have waited long enough
 */
export function lapse(context: EngineContext): boolean {
  lapseRequests(context)
  // Afterwards: a draft that lapsed may have left an access request that waits longer than it may.
  lapseAccess(context)
  return settleHeld(context)
}

/** When the next thing lapses; null when nothing waits. */
export function nextLapse({ store }: Pick<EngineContext, 'store'>): number | null {
  const times = [
    store.requests.nextExpiry(),
    store.access.nextExpiry(),
    store.invitations.nextExpiry(),
    store.heldApprovals.next(),
  ]
  return times.reduce<number | null>(
    (first, time) => (time === null ? first : Math.min(first ?? time, time)),
    null,
  )
}
