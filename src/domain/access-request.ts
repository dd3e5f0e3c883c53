/**
 * Somebody unknown asked to be let in. `completed`: an admin made a request of it, whose outcome becomes its own; when that
 * request is taken back undecided it waits again.
 */
export type AccessState = 'waiting' | 'completed' | 'granted' | 'denied' | 'expired' | 'withdrawn' | 'blocked'

/** For schemas. */
export const ACCESS_STATES = [
  'waiting',
  'completed',
  'granted',
  'denied',
  'expired',
  'withdrawn',
  'blocked',
] as const satisfies readonly AccessState[]

/** Where each state may go; what goes nowhere is an end. */
export const ACCESS_TRANSITIONS: Readonly<Record<AccessState, readonly AccessState[]>> = {
  // Granted without being completed: somebody let this person in by another way.
  waiting: ['completed', 'granted', 'denied', 'expired', 'withdrawn', 'blocked'],
  completed: ['waiting', 'granted', 'denied', 'expired', 'withdrawn', 'blocked'],
  granted: [],
  denied: [],
  expired: [],
  withdrawn: [],
  blocked: [],
}

/** An access request as stored. Whatever its asker wrote is theirs alone, and none of it is an event. */
export interface AccessRequest {
  id: number
  /** Proven by Telegram. */
  telegramId: number
  /** As they gave it; checked like the name of a roster entry. */
  name: string
  /** As Telegram shows them; whatever they like, well-formed and cut. */
  telegramName: string
  username: string | null
  github: string | null
  note: string | null
  /** IETF tag of their Telegram client. */
  language: string | null
  /** What an invitation filled in. */
  role: string | null
  osUser: string | null
  invitationId: number | null
  state: AccessState
  askedAt: number
  /** When it lapses unanswered. */
  expiresAt: number
  decidedAt: number | null
  /** `actorKey` of who completed or ended it; `worker` when it lapsed. */
  decidedBy: string | null
  reason: string | null
  /** The request that it became. */
  requestId: number | null
}

/** Whether nothing will become of it any more. */
export function isAccessOver(state: AccessState): boolean {
  return ACCESS_TRANSITIONS[state].length === 0
}
