/** Refusals and errors. `{has_why}`… are `yes` where the value came with the code. */
export const errorsEn = {
  'error.invalid': 'cannot do this: the answers are not valid yet; nothing was changed',
  'error.bad_request': 'cannot understand the request',
  'error.too_large': 'cannot send that much at once: shorten the answers',
  'error.not_permitted': 'cannot do this: you are not permitted to',
  'error.not_found': 'cannot find it: there is no such thing, or it is not yours to see',
  'error.unknown_operation':
    'cannot do this: the worker does not know the operation; run the same version on both sides',
  'error.denied': 'cannot go on: the request was denied{has_reason, select, yes {: {reason}} other {}}',
  'error.expired': 'cannot go on: the request expired undecided; ask again',
  'error.digest_differs':
    'cannot approve this: the plan is not the one that was shown; look at the new plan and decide again',
  'error.already_decided':
    'cannot decide this again: the request is {state, select, draft {a draft} submitted {submitted} approved {approved} denied {denied} expired {expired} cancelled {cancelled} other {decided}} already{has_by, select, yes { by {by}} other {}}',
  'error.key_reused': 'cannot repeat this: the idempotency key was used for something else; use a new one',
  'error.held':
    "{has_run, select, yes {cannot submit this: the undo of {has_request, select, yes {request {request}} other {another request}} could not finish; go on with it first (''sudo usher run resume {run}''), or accept what is left (''sudo usher run abandon {run} --reason TEXT'')} other {cannot submit this: {has_request, select, yes {request {request}} other {another request}} holds the same OS user, uid or Telegram id; decide or cancel that one first}}",
  'error.second_worker': 'cannot start: another worker uses the same database; stop that one first',
  'error.not_undoable': 'cannot undo this run',
  'error.wrong_state': 'cannot do this with a run in this state',
  'error.clock_behind':
    'cannot decide this now: the clock of the host was set back to before it was asked for; set the clock and try again',
  'error.claim_refused':
    'cannot accept this claim: the code is wrong, used or expired, or this is not the account it is for; ask the admin for a new one',
  'error.invite_refused':
    'cannot open this invitation: the link is wrong, used or expired, or it is for somebody else; ask for a new one',
  'error.step_up_required':
    "cannot approve this with a tap alone: it needs {factor, select, witness {the witness's code and a code from your authenticator app} other {a code from your authenticator app}}",
  'error.challenge_refused': 'cannot approve this: the button was used or replaced; use the newest card',
  'error.factor_refused': 'cannot accept this code: it is wrong, used or too old; type the next one',
  'error.frozen':
    "cannot approve in chat: it is frozen; approve on the host, or end it there with 'sudo usher unfreeze'",
  'error.too_many': 'cannot do this now: too many requests; wait a little and try again',
  'error.version_mismatch':
    'cannot talk to the worker: it is of another version; run the same version on both sides',
  'error.unreachable': 'cannot reach the worker',
  'error.shutting_down': 'cannot do this now: the worker is stopping; try again in a moment',
  'error.roster_unusable':
    'cannot use the roster{has_path, select, yes { {path}} other {}}: {has_why, select, yes {{why}} other {it cannot be read}}; correct the file by hand, nothing was changed',
  'error.internal': 'cannot finish: a mistake in Usher itself; please report it',
} as const
