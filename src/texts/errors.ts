import type { ApiError, ErrorCode } from '../protocol/errors.ts'
import { holderText } from './holders.ts'
import type { Line } from './line.ts'
import { type Params, paramsOf } from './params.ts'
import { plain } from './plain.ts'
import { violationText } from './violations.ts'

/** Null: the message that came with the error says more than a fixed sentence could. */
const WORDS: Record<ErrorCode, ((params: Params) => string) | null> = {
  invalid: () => 'cannot do this: the answers are not valid yet; nothing was changed',
  bad_request: null,
  too_large: () => 'cannot send that much at once: shorten the answers',
  not_permitted: null,
  not_found: null,
  unknown_operation: () =>
    'cannot do this: the worker does not know the operation; run the same version on both sides',
  denied: (p) => `cannot go on: the request was denied${p.has('reason') ? `: ${p.text('reason')}` : ''}`,
  expired: () => 'cannot go on: the request expired undecided; ask again',
  digest_differs: () =>
    'cannot approve this: the plan is not the one that was shown; look at the new plan and decide again',
  already_decided: (p) =>
    `cannot decide this again: the request is ${p.text('state', 'decided')} already${p.has('by') ? ` by ${p.text('by')}` : ''}`,
  key_reused: () => 'cannot repeat this: the idempotency key was used for something else; use a new one',
  held: (p) =>
    p.has('run')
      ? `cannot submit this: ${holderText(p)}`
      : `cannot submit this: request ${p.text('request', 'another')} holds the same OS user, uid or Telegram id; decide or cancel that one first`,
  second_worker: () => 'cannot start: another worker uses the same database; stop that one first',
  not_undoable: null,
  wrong_state: null,
  clock_behind: () =>
    'cannot decide this now: the clock of the host was set back to before it was asked for; set the clock and try again',
  claim_refused: () =>
    'cannot accept this claim: the code is wrong, used or expired, or this is not the account it is for; ask the admin for a new one',
  invite_refused: () =>
    'cannot open this invitation: the link is wrong, used or expired, or it is for somebody else; ask for a new one',
  step_up_required: (p) =>
    p.text('factor') === 'witness'
      ? "cannot approve this with a tap alone: it needs the witness's code and a code from your authenticator app"
      : 'cannot approve this with a tap alone: it needs a code from your authenticator app',
  challenge_refused: () => 'cannot approve this: the button was used or replaced; use the newest card',
  factor_refused: null,
  frozen: () =>
    "cannot approve in chat: it is frozen; approve on the host, or end it there with 'sudo usher unfreeze'",
  too_many: () => 'cannot do this now: too many requests; wait a little and try again',
  version_mismatch: null,
  unreachable: null,
  shutting_down: () => 'cannot do this now: the worker is stopping; try again in a moment',
  roster_unusable: (p) =>
    `cannot use the roster${p.has('path') ? ` ${p.text('path')}` : ''}: ${p.text('why', 'it cannot be read')}; correct the file by hand, nothing was changed`,
  internal: null,
}

const FALLBACK: Partial<Record<ErrorCode, string>> = {
  bad_request: 'cannot understand the request',
  not_permitted: 'cannot do this: you are not permitted to',
  not_found: 'cannot find it: there is no such thing, or it is not yours to see',
  not_undoable: 'cannot undo this run',
  wrong_state: 'cannot do this with a run in this state',
  unreachable: 'cannot reach the worker',
  internal: 'cannot finish: a mistake in Usher itself; please report it',
}

/** An error as one sentence, the same in chat and terminal. Violations are in `errorLines`. */
export function errorText(error: ApiError): string {
  const words = WORDS[error.code]
  if (words !== null) return words(paramsOf(error.params))
  const message = plain(error.message)
  return message === '' ? (FALLBACK[error.code] ?? 'cannot do this') : message
}

/** The error and each of its violations, one a line. */
export function errorLines(error: ApiError): Line[] {
  const violations = (error.violations ?? []).map(
    (violation): Line => ({ mark: 'failed', text: violationText(violation), indent: 1 }),
  )
  return [{ mark: 'failed', text: errorText(error) }, ...violations]
}
