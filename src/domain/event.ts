import type { JsonObject } from './json.ts'

export const EVENT_TYPES = [
  'request.drafted',
  'request.submitted',
  'request.approval',
  'request.consent',
  'request.approved',
  'request.denied',
  'request.expired',
  'request.cancelled',
  'request.returned',
  'run.queued',
  'run.started',
  'step.started',
  'step.finished',
  'step.failed',
  'step.undone',
  'run.undoing',
  'run.succeeded',
  'run.undone',
  'run.failed',
  'run.superseded',
  'run.cancelled',
  'run.resumed',
  'run.kept',
  'run.abandoned',
  'run.stuck',
  'person.started',
  'person.activated',
  'access.asked',
  'access.completed',
  'access.reopened',
  'access.granted',
  'access.denied',
  'access.expired',
  'access.withdrawn',
  'access.blocked',
  'invite.created',
  'invite.opened',
  'invite.used',
  'invite.revoked',
  'invite.expired',
  'block.added',
  'block.removed',
  'worker.started',
  'worker.restored',
  'reconcile.finished',
  'reconcile.failed',
  'reconcile.overdue',
  'chat.frozen',
  'chat.unfrozen',
  'chat.alarm',
  'telegram.revoked',
  'telegram.restored',
  'factor.enrolled',
  'factor.removed',
  'factor.reset',
  'factor.disabled',
  'witness.asked',
  'witness.refused',
  'witness.unreachable',
  'audit.head',
  'audit.pruned',
  'audit.broken',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** An append-only entry: audit trail, notification source and history in one. */
export interface DomainEvent {
  /** Gapless, from 1. A follower's cursor is the last id it has dealt with. */
  id: number
  at: number
  type: EventType
  requestId: number | null
  runId: number | null
  /** Whom it is about: the Telegram id of the person, when there is one. */
  subjectTelegramId: number | null
  /** `actorKey` of who caused it; `worker` for the worker itself. */
  actor: string
  data: JsonObject
  /** Hash of the previous event (64 hex digits, zeros for the first) and of this one including it. */
  previousHash: string
  hash: string
}
