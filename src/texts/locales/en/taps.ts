/** What pops up at a button: at most 200 characters (Bot API, answerCallbackQuery). */
export const tapsEn = {
  'taps.approved': 'Approved.',
  'taps.approval_noted': 'Your approval is noted. The card says what is still missing.',
  'taps.submitted': 'Submitted. Your own approval does not count here: every other admin has the card.',
  'taps.cancelled': 'Cancelled. Nothing was changed.',
  'taps.retried': 'It is planned anew. The card shows the plan as it is now.',
  'taps.kept': 'Noted: it stays undone.',
  'taps.card_unknown':
    'This card is not the current one. Please use the newest card of this request; nothing was done.',
  'taps.card_changed': 'The card has changed since. Please look at it again; nothing was done.',
  'taps.card_tampered':
    'This card does not show what I sent. Nothing was done. Somebody else may be using my token: tell whoever runs the host.',
  'taps.not_yours': 'This button belongs to somebody else. Nothing was done.',
  'taps.not_here': 'I only work in a private chat. Nothing was done.',
  'taps.finish_first': 'Another dialogue is open here. Finish it or send /cancel first.',
  'taps.not_editable': 'Only a draft can be edited. Cancel this one and begin again.',
  'taps.button_unknown': 'I do not know this button. Nothing was done.',
  'taps.not_known': 'I do not know you. Nothing was done.',
  'taps.no_answer_from_worker':
    'The worker does not answer right now. Nothing was decided; please tap again in a moment.',
  'taps.already.approved':
    'Request {id} is approved already{known, select, all { by {who} at {at}} time { at {at}} other {}}.',
  'taps.already.denied':
    'Request {id} is denied already{known, select, all { by {who} at {at}} time { at {at}} other {}}.',
  'taps.already.expired':
    'Request {id} is expired undecided already{known, select, all { by {who} at {at}} time { at {at}} other {}}.',
  'taps.already.cancelled':
    'Request {id} is cancelled already{known, select, all { by {who} at {at}} time { at {at}} other {}}.',
  'taps.already_back': 'Request {id} has come back already. The card shows the new plan.',
  'taps.already_retried':
    'Request {id} has come back already: {who} retried it at {at}. The card shows the new plan.',
  'taps.already_kept': 'Run {id} stays undone already: {who} said so at {at}.',
  'taps.already_abandoned': 'Run {id} was given up as it is already: {who} said so at {at}.',
  'taps.undo_asked':
    'Request {id} asks for the undo. Its card shows what would be undone, and what to type on the host.',
} as const
