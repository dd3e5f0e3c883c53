import { type AccessRequest, type AccessState, isAccessOver } from '../../../domain/access-request.ts'
import type { EventType } from '../../../domain/event.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { Request } from '../../../domain/request.ts'
import type { EngineContext } from '../../context.ts'

type Following = Pick<EngineContext, 'store' | 'events' | 'clock'>

/** Ends an open access request; call it inside a transaction. */
export function endAccess(
  { store, events, clock }: Following,
  access: AccessRequest,
  to: Exclude<AccessState, 'waiting' | 'completed'>,
  by: string,
  { reason = null, requestId }: { reason?: string | null; requestId?: number } = {},
): void {
  const change = { decidedAt: clock(), decidedBy: by, reason, ...(requestId ? { requestId } : {}) }
  guard(store.access.transition(access.id, access.state, to, change), access)
  appendAccess(events, `access.${to}`, { ...access, requestId: requestId ?? access.requestId }, by, {
    from: access.state,
    ...(reason === null ? {} : { reason }),
  })
}

/** What becomes of the access request that a request came by, when that request is decided against or given up. */
export function followRequest(
  context: Following,
  request: Request,
  to: 'denied' | 'expired' | 'cancelled',
  by: string,
  reason: string | null,
): void {
  const { store, events } = context
  const access = store.access.completedAs(request.id)
  if (access === null) return
  const undecided = to === 'cancelled' || (to === 'expired' && request.state === 'draft')
  if (!undecided) {
    endAccess(context, access, to, by, { reason })
    return
  }
  // Nobody decided about the person: it waits for the next admin, as long as it would have waited anyway.
  const change = { decidedAt: null, decidedBy: null, requestId: null }
  guard(store.access.transition(access.id, 'completed', 'waiting', change), access)
  appendAccess(events, 'access.reopened', access, by)
}

/** A draft was replaced by another one about the same person: the access request goes with it. */
export function followReplacement({ store }: Following, older: Request, newer: Request): void {
  const access = store.access.completedAs(older.id)
  if (access === null || newer.subject.kind !== 'onboard') return
  if (newer.subject.answers.telegram_id !== access.telegramId) return
  guard(store.access.relink(access.id, older.id, newer.id), access)
}

/** This person was let in, by whatever way: nothing waits any more. */
export function grantAccess(context: Following, telegramId: number, requestId: number): void {
  const access = context.store.access.openOf(telegramId)
  if (access === null) return
  const by = context.store.requests.get(requestId)?.decidedBy ?? 'worker'
  endAccess(context, access, 'granted', by, { requestId })
}

/** Somebody took note that the run of this request did not succeed and will not be tried again. */
export function giveUpAccess(context: Following, requestId: number, by: string): void {
  const access = context.store.access.completedAs(requestId)
  if (access !== null) endAccess(context, access, 'denied', by)
}

/** Ends what nobody answered or used in time. */
export function lapseAccess(context: Following): void {
  const { store, events, clock } = context
  const isDue = () => store.access.lapsed(clock()).length + store.invitations.lapsed(clock()).length > 0
  if (!isDue()) return
  events.commit(() => {
    const now = clock()
    for (const access of store.access.lapsed(now)) endAccess(context, access, 'expired', 'worker')
    for (const { id, state, openedBy } of store.invitations.lapsed(now)) {
      if (!store.invitations.transition(id, state, 'expired', { endedAt: now })) continue
      events.append('invite.expired', { requestId: null, runId: null, telegramId: openedBy }, 'worker', {
        invitation: id,
      })
    }
  })
}

/** An event about an access request; of what its asker wrote it says nothing. */
export function appendAccess(
  events: EngineContext['events'],
  type: Extract<EventType, `access.${string}`>,
  { id, requestId, telegramId }: Pick<AccessRequest, 'id' | 'requestId' | 'telegramId'>,
  by: string,
  data: JsonObject = {},
): void {
  events.append(type, { requestId, runId: null, telegramId }, by, { access: id, ...data })
}

function guard(changed: boolean, { id, state }: AccessRequest): void {
  if (!changed || isAccessOver(state)) throw new Error(`access request ${id} changed inside a transaction`)
}
