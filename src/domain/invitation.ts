/**
 * A link that one person may open. `opened`: bound to the first Telegram user who opened it; `used`: that person has asked
 * for access with it.
 */
export type InvitationState = 'open' | 'opened' | 'used' | 'revoked' | 'expired'

/** For schemas. */
export const INVITATION_STATES = [
  'open',
  'opened',
  'used',
  'revoked',
  'expired',
] as const satisfies readonly InvitationState[]

/** Where each state may go; what goes nowhere is an end. */
export const INVITATION_TRANSITIONS: Readonly<Record<InvitationState, readonly InvitationState[]>> = {
  open: ['opened', 'revoked', 'expired'],
  opened: ['used', 'revoked', 'expired'],
  used: [],
  revoked: [],
  expired: [],
}

/** An invitation as stored; of its code only a hash is. */
export interface Invitation {
  id: number
  role: string
  osUser: string | null
  /** For admins: whom it is meant for. */
  note: string | null
  state: InvitationState
  /** `actorKey` of who invited. */
  createdBy: string
  createdAt: number
  expiresAt: number
  /** Telegram id. */
  openedBy: number | null
  openedAt: number | null
  /** When it was used, revoked or expired. */
  endedAt: number | null
  accessId: number | null
}
