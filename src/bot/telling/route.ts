import type { EventView } from '../../protocol/views.ts'
import type { Words } from '../../texts/words.ts'
import { hasNotice, isUrgentNotice, type NoticeOptions } from '../event-notices.ts'
import type { Delivery, EventDelivery } from './delivery.ts'

/** To whom something goes: every admin that the bot knows, or one chat. */
export interface Routed {
  to: 'admins' | number
  delivery: EventDelivery
}

/** Of these every admin gets the card, also who was not asked. */
const ENDED = ['run.succeeded', 'run.undone', 'run.failed']
const ASKS = ['request.submitted', 'request.returned']

/** The one admin whom an event is news for; null: all. */
function admin({ type, data }: EventView): number | null {
  return type === 'witness.unreachable' && typeof data['admin'] === 'number' ? data['admin'] : null
}

const DECIDED = ['request.approved', 'request.denied', 'request.expired', 'request.cancelled']

/** Whether this asks for a decision that, by this later event, was made. */
export function isDecidedBy(event: EventView, delivery: Delivery): boolean {
  if (event.request_id === null || !DECIDED.includes(event.type) || delivery.kind !== 'card') return false
  return delivery.event.request_id === event.request_id && ASKS.includes(delivery.event.type)
}

/** Whether the event says that a request's run has ended. */
export function isEnd(event: EventView): boolean {
  return ENDED.includes(event.type)
}

/** Who is to be told what by this event, in the order in which they are told. */
export function routeOf(words: Words, event: EventView, options: NoticeOptions): Routed[] {
  const { type, request_id: requestId, run_id: runId, subject_telegram_id: subject, data } = event
  const routed: Routed[] = []
  const route = (to: Routed['to'], kind: EventDelivery['kind']) =>
    routed.push({ to, delivery: { kind, event } })
  if (hasNotice(words, event, options)) route(admin(event) ?? 'admins', 'notice')
  if (type === 'reconcile.finished') route('admins', 'drift')
  if (type === 'access.asked') route('admins', 'access')
  if (subject !== null && (type === 'access.denied' || type === 'access.expired'))
    route(subject, 'access_told')
  if (requestId === null) return routed
  if (subject !== null && runId !== null) {
    if (type === 'run.succeeded') route(subject, 'welcome')
    if (type === 'person.activated' && data['active'] === true) route(subject, 'active')
  }
  if (isEnd(event) || ASKS.includes(type)) route('admins', 'card')
  return routed
}

/**
 * Whether an admin whose quiet hours end at `until` must hear of it before: what is wrong with the host or the bot itself, and
 * decisions that would expire unseen.
 */
export function isUrgent(delivery: Delivery, until: number): boolean {
  if (delivery.kind === 'notice') return isUrgentNotice(delivery.event)
  if (delivery.kind !== 'card') return false
  const expiresAt = delivery.event.data['expires_at']
  return ASKS.includes(delivery.event.type) && typeof expiresAt === 'number' && expiresAt <= until
}
