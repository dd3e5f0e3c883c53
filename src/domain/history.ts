import type { AccessState } from './access-request.ts'
import type { DomainEvent, EventType } from './event.ts'
import type { InvitationState } from './invitation.ts'
import type { JsonObject } from './json.ts'
import type { RequestState } from './request.ts'
import type { RunState } from './run.ts'

/** The state that a type of event leaves its request or its run in; empty where it changes neither. */
interface Effect {
  request?: RequestState
  run?: RunState | ((data: JsonObject) => RunState)
}

/**
 * What each type of event says of states. A type that joins must stand here, because what the tables say is compared with
 * what the events say.
 */
const EFFECTS: Readonly<Record<EventType, Effect>> = {
  'request.drafted': { request: 'draft' },
  'request.submitted': { request: 'submitted' },
  'request.approval': {},
  'request.consent': {},
  'request.approved': { request: 'approved' },
  'request.denied': { request: 'denied' },
  'request.expired': { request: 'expired' },
  'request.cancelled': { request: 'cancelled' },
  'request.returned': { request: 'submitted' },
  'run.queued': { run: 'queued' },
  'run.started': { run: 'running' },
  'step.started': {},
  'step.finished': {},
  'step.failed': {},
  'step.undone': {},
  'run.undoing': { run: 'undoing' },
  'run.succeeded': { run: 'succeeded' },
  'run.undone': { run: 'undone' },
  'run.failed': { run: 'failed' },
  'run.superseded': { run: 'superseded' },
  'run.cancelled': { run: 'cancelled' },
  // Of a run that takes another one back: it works again, on that one's steps.
  'run.resumed': { run: ({ kind }) => (kind === 'undo' ? 'running' : 'undoing') },
  'run.kept': {},
  'run.abandoned': {},
  'run.stuck': {},
  'person.started': {},
  'person.activated': {},
  'access.asked': {},
  'access.completed': {},
  'access.reopened': {},
  'access.granted': {},
  'access.denied': {},
  'access.expired': {},
  'access.withdrawn': {},
  'access.blocked': {},
  'invite.created': {},
  'invite.opened': {},
  'invite.used': {},
  'invite.revoked': {},
  'invite.expired': {},
  'block.added': {},
  'block.removed': {},
  'worker.started': {},
  'worker.restored': {},
  'reconcile.finished': {},
  'reconcile.failed': {},
  'reconcile.overdue': {},
  'chat.frozen': {},
  'chat.unfrozen': {},
  'chat.alarm': {},
  'telegram.revoked': {},
  'telegram.restored': {},
  'factor.enrolled': {},
  'factor.removed': {},
  'factor.reset': {},
  'factor.disabled': {},
  'witness.asked': {},
  'witness.refused': {},
  'witness.unreachable': {},
  'audit.head': {},
  'audit.pruned': {},
  'audit.broken': {},
}

/** What the events of one request say of it. */
export interface ToldRequest {
  /** Null when no event speaks of its state. */
  state: RequestState | null
  revision: number
  everSubmitted: boolean
  runs: ReadonlyMap<number, RunState>
  /** `revision actor via proof`, one for each approval. */
  approvals: readonly string[]
  /** `revision by`, one for each consent. */
  consents: readonly string[]
}

/** An approval as `ToldRequest` spells it. */
export function approvalKey(revision: number, actor: string, via: string, proof: string): string {
  return `${revision} ${actor} ${via} ${proof}`
}

/** A consent as `ToldRequest` spells it. */
export function consentKey(revision: number, by: string): string {
  return `${revision} ${by}`
}

/** What the events of one request, oldest first, say of it and its runs. */
export function toldOf(events: Iterable<DomainEvent>): ToldRequest {
  let state: RequestState | null = null
  let revision = 1
  let everSubmitted = false
  const runs = new Map<number, RunState>()
  // One that was no longer good may have been given anew, and one from chat again on a terminal: the last one is what stands.
  const approvals = new Map<string, string>()
  const consents: string[] = []
  for (const { type, actor, runId, data } of events) {
    const effect: Effect | undefined = EFFECTS[type]
    state = effect?.request ?? state
    const run = typeof effect?.run === 'function' ? effect.run(data) : effect?.run
    if (run !== undefined && runId !== null) runs.set(runId, run)
    if (type === 'request.submitted') everSubmitted = true
    if (type === 'request.returned' && typeof data['revision'] === 'number') revision = data['revision']
    if (type === 'request.approval') {
      const via = String(data['via'])
      // Events of older versions do not say it.
      const proof = String(data['proof'] ?? (via === 'terminal' ? 'terminal' : 'none'))
      const given = Number(data['revision'])
      // One person's, whether the bot or the approver account speaks for them.
      const person = actor.replace(/^approver:/, 'telegram:')
      approvals.set(`${given} ${person}`, approvalKey(given, actor, via, proof))
    }
    if (type === 'request.consent') consents.push(consentKey(revision, String(data['by'])))
  }
  return { state, revision, everSubmitted, runs, approvals: [...approvals.values()], consents }
}

/** The states that events about access requests and invitations tell of; an event that is not here changes none. */
const ACCESS_STATES_TOLD: Readonly<Partial<Record<string, AccessState | InvitationState>>> = {
  'access.asked': 'waiting',
  'access.completed': 'completed',
  'access.reopened': 'waiting',
  'access.granted': 'granted',
  'access.denied': 'denied',
  'access.expired': 'expired',
  'access.withdrawn': 'withdrawn',
  'access.blocked': 'blocked',
  'invite.created': 'open',
  'invite.opened': 'opened',
  'invite.used': 'used',
  'invite.revoked': 'revoked',
  'invite.expired': 'expired',
}

/** The state in which these events, oldest first, leave an access request or an invitation; null when none says. */
export function accessToldOf(types: readonly string[]): AccessState | InvitationState | null {
  return types.reduce<AccessState | InvitationState | null>(
    (told, type) => ACCESS_STATES_TOLD[type] ?? told,
    null,
  )
}
