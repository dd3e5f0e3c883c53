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
  'error.wrong_state': 'cannot do this as things stand',
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
  'refusal.only_known_person': 'cannot approve: only a known person can',
  'refusal.needs_somebody_else':
    "cannot approve request {request}: it is your own, and the role needs somebody else's approval",
  'refusal.about_you': 'cannot approve request {request}: it is about you',
  'refusal.draft_for_others': 'cannot draft a request for somebody else: your role may not',
  'refusal.submit_first': 'cannot decide request {request}: submit it first',
  'refusal.chat_per_day':
    "cannot approve more than {max, plural, one {1 request} other {# requests}} a day by chat: use ''sudo usher confirm {request}''",
  'refusal.drafts_per_day': 'cannot draft more than {max, plural, one {1 request} other {# requests}} a day',
  'refusal.challenges_capped': 'cannot show more buttons to approve with now: wait an hour',
  'refusal.claims_capped': 'cannot try more claim codes now: wait an hour',
  'refusal.reconcile_capped': "cannot compare everybody again now: wait, or use 'sudo usher reconcile'",
  'refusal.invitations_capped': 'cannot invite more people now: revoke some, or wait a day',
  'refusal.blocks_capped':
    'cannot block more than {max, plural, one {1 person} other {# people}} by chat: unblock some, or do it on the host',
  'refusal.run_kept':
    'cannot {choice, select, retry {retry} undo {undo} keep {keep} resume {resume} other {abandon}} run {run}: somebody took note of it already',
  'refusal.run_abandoned':
    'cannot {choice, select, retry {retry} undo {undo} keep {keep} resume {resume} other {abandon}} run {run}: what it left was accepted already',
  'refusal.run_succeeded':
    'cannot {choice, select, retry {retry} undo {undo} keep {keep} resume {resume} other {abandon}} run {run}: it succeeded',
  'refusal.run_undo_unfinished':
    "cannot {choice, select, retry {retry} undo {undo} keep {keep} resume {resume} other {abandon}} run {run}: its undo could not finish; see ''usher run show {run}''",
  'refusal.run_waits_already':
    'cannot {choice, select, retry {retry} undo {undo} keep {keep} resume {resume} other {abandon}} run {run}: request {request} waits for a decision already',
  'refusal.run_nothing_to_choose':
    'cannot {choice, select, retry {retry} undo {undo} keep {keep} resume {resume} other {abandon}} run {run}: it was undone, and nothing is left to choose',
  'refusal.run_went_back':
    'cannot {choice, select, retry {retry} undo {undo} keep {keep} resume {resume} other {abandon}} run {run}: request {request} went back to be decided anew',
  'refusal.run_cancelled':
    'cannot {choice, select, retry {retry} undo {undo} keep {keep} resume {resume} other {abandon}} run {run}: it was cancelled',
  'refusal.run_unfinished':
    'cannot {choice, select, retry {retry} undo {undo} keep {keep} resume {resume} other {abandon}} run {run}: it is not finished yet',
  'refusal.undo_of_undo': 'cannot undo run {run}: it is itself an undo; onboard the person again instead',
  'refusal.undo_of_retest': 'cannot undo run {run}: it changed nothing',
  'refusal.edited_since': 'cannot undo run {run}: the entry was edited since; undo run {edit} first',
  'refusal.undone_already': 'cannot undo run {run}: it was undone already',
  'refusal.undo_of_unfinished': 'cannot undo run {run}: it is not finished yet',
  'refusal.undo_of_ended':
    'cannot undo run {run}: it is {state, select, queued {queued} running {running} undoing {undoing} undone {undone} failed {failed} superseded {superseded} cancelled {cancelled} other {gone}}',
  'refusal.asked_already': 'cannot ask again: you have asked already, and wait for an answer',
  'refusal.on_roster_already': 'cannot ask for access: you are on the roster already',
  'refusal.invitation_closed':
    'cannot revoke invitation {invitation}: it is {state, select, used {used} revoked {revoked} expired {expired} other {closed}}',
  'refusal.role_by_terminal_only':
    "cannot invite for the role {role} by chat: it is sensitive; use ''sudo usher invite --role {role}''",
  'refusal.known_here':
    'cannot block {telegram_id}: it is somebody whom this host knows; only strangers can be blocked',
  'refusal.being_let_in': 'cannot block {telegram_id}: request {request} is letting them in',
  'refusal.not_blocked': 'cannot unblock {telegram_id}: nobody blocked them',
} as const
