export const BACK_LABEL = '‹ Back'
export const CANCEL_LABEL = 'Cancel'
export const STALE_QUESTION = 'This question is answered already. Please use the newest message.'
export const QUESTION_GONE = 'This question is no longer open. /adduser asks again.'
export const UNKNOWN_COMMAND =
  'I do not know that command, and the question above still waits. /cancel ends it, /help lists what I understand.'
