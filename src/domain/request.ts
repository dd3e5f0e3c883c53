import type { Actor } from './actor.ts'
import type { Returned } from './difference.ts'
import type { Finding } from './finding.ts'
import type { IdentityProof, OnboardAnswers, RosterEntry } from './person.ts'
import type { Plan } from './plan.ts'

/**
 * What a request asks for. `undo` takes a succeeded run back from its records; `repair` adds what somebody on the roster lacks, and
 * takes over an entry that was written or changed by hand. `edit` gives somebody on the roster other values, and what follows
 * from them; `retest` repeats somebody's smoke test.
 */
export const REQUEST_KINDS = ['onboard', 'undo', 'repair', 'edit', 'retest'] as const
export type RequestKind = (typeof REQUEST_KINDS)[number]

export type RequestState = 'draft' | 'submitted' | 'approved' | 'denied' | 'expired' | 'cancelled'

export const REQUEST_TRANSITIONS: Readonly<Record<RequestState, readonly RequestState[]>> = {
  draft: ['submitted', 'cancelled', 'expired'],
  submitted: ['approved', 'denied', 'expired', 'cancelled'],
  // A drift or a retry brings an approved request back as a new revision.
  approved: ['submitted'],
  denied: [],
  expired: [],
  cancelled: [],
}

export type RequestAnswers =
  | { kind: 'onboard'; answers: OnboardAnswers }
  | { kind: 'undo'; runId: number }
  /** `findings`: what the repair would set right. */
  | { kind: 'repair'; answers: OnboardAnswers; findings: Finding[] }
  | EditSubject
  | { kind: 'retest'; entry: RosterEntry }

/** Other values for somebody on the roster. */
export interface EditSubject {
  kind: 'edit'
  /** The whole entry as the roster has it, and as it will have it. */
  before: RosterEntry
  after: RosterEntry
  /** How a new Telegram id is known to be theirs; absent where the id stays. */
  proof?: IdentityProof
  /** Why they get another account; from uid 0 it stands for the consent of its owner. */
  reason?: string
}

/** A request as stored. Times are epoch milliseconds of the worker's clock. */
export interface Request {
  id: number
  /** Counts from 1; approvals belong to one revision. */
  revision: number
  host: string
  state: RequestState
  subject: RequestAnswers
  requester: Actor
  /** The human behind the requester when it was drafted, as in `Approval.personKey`; null when there is none. */
  requesterPersonKey: string | null
  plan: Plan
  createdAt: number
  submittedAt: number | null
  /** When it lapses undecided: drafts 24 h after creation, else by the role's policy from submission. */
  expiresAt: number
  decidedAt: number | null
  /** `actorKey` of who denied, cancelled or gave the last approval; `worker` when it lapsed. */
  decidedBy: string | null
  /** Reason of a denial, for people. */
  reason: string | null
  /** How it came back as this revision; null for a first revision. */
  returned: Returned | null
}

/** One actor's decision on one plan digest of one revision. */
export interface Approval {
  requestId: number
  revision: number
  digest: string
  actor: Actor
  /** The human behind the actor: `person:TELEGRAM_ID` or `operator`; distinct keys are counted. */
  personKey: string
  /** `terminal` when given on a terminal that the bot cannot write to. */
  via: 'chat' | 'terminal'
  proof: ApprovalProof
  at: number
}

/**
 * How it was shown that a person, and not only the bot, approved: a code of their second factor (`totp`), that and the code
 * that the witness gave them for this very plan (`witness`), or a terminal. `none`: a tap.
 */
export const APPROVAL_PROOFS = ['none', 'totp', 'witness', 'terminal'] as const
export type ApprovalProof = (typeof APPROVAL_PROOFS)[number]

/** The owner of an adopted account agreed, or uid 0 confirmed with a reason. */
export type Consent =
  | { by: 'owner'; uid: number; at: number }
  | { by: 'operator'; reason: string; at: number }

/** What a submitted request still lacks before it runs. Empty means: approved. */
export type Missing =
  | { kind: 'approvals'; have: number; need: number }
  | { kind: 'terminal' }
  | { kind: 'consent' }
  /** Everything is there, and given in chat: any admin may still deny it until then. */
  | { kind: 'hold'; until: number }
