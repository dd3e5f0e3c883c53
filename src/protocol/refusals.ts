/**
 * Finer than an error's code, in its `params.refusal`: why exactly something is refused, so that it can be said in any language.
 * The words are in `src/texts/errors.ts`, which does not compile without them. Stable, and only ever added to.
 */
export const REFUSALS = [
  // deciding and drafting
  'only_known_person', // {}
  'needs_somebody_else', // {request}
  'about_you', // {request}
  'draft_for_others', // {}
  'submit_first', // {request}
  'chat_per_day', // {request, max}
  'drafts_per_day', // {max}
  'challenges_capped', // {}
  'claims_capped', // {}
  'reconcile_capped', // {}
  // what is chosen about a run: {run, choice, request}
  'run_kept',
  'run_abandoned',
  'run_succeeded',
  'run_undo_unfinished',
  'run_waits_already',
  'run_nothing_to_choose',
  'run_went_back',
  'run_cancelled',
  'run_unfinished',
  // asking for an undo: {run}
  'undo_of_undo',
  'undo_of_retest',
  'edited_since', // {edit}
  'undone_already',
  'undo_of_unfinished',
  'undo_of_ended', // {state}
  // access requests, invitations, blocks
  'asked_already', // {}
  'on_roster_already', // {}
  'invitation_closed', // {invitation, state}
  'role_by_terminal_only', // {role}
  'invitations_capped', // {}
  'blocks_capped', // {max}
  'known_here', // {telegram_id}
  'being_let_in', // {telegram_id, request}
  'not_blocked', // {telegram_id}
] as const
export type RefusalReason = (typeof REFUSALS)[number]
