import type { Actor } from '../domain/actor.ts'
import type { RosterEntry } from '../domain/person.ts'
import type { Permission } from '../protocol/permissions.ts'

/** The sockets: operator, bot, everybody, the witness, the approver account, and who only reads metrics. */
export type Listener = 'admin' | 'bot' | 'everybody' | 'witness' | 'approver' | 'metrics'

/**
 * Who asks, resolved once per request (and once per delivered event), never kept per connection: actor from listener
 * and kernel, person and permissions from the roster as it is now, cut down to the listener's ceiling.
 */
export interface Caller {
  actor: Actor
  listener: Listener
  /** The roster's entry of this actor, when exactly one names it. */
  person: RosterEntry | null
  /** `operator`, a role's name, or `public`. */
  role: string
  permissions: ReadonlySet<Permission>
  /** The human for counting approvals: `operator`, or `person:TELEGRAM_ID`; null when there is none. */
  personKey: string | null
}

/** How the thing that an operation is about relates to the caller; `none` where there is no such thing. */
export type Ownership = 'own' | 'foreign' | 'absent' | 'none'

/** `hide`: answered exactly like what does not exist. */
export type AccessDecision = 'allow' | 'deny' | 'hide'
