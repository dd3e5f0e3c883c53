/** What every dialogue says, whatever it is about. */
export const dialogueEn = {
  'dialogue.back': '‹ Back',
  'dialogue.cancel': 'Cancel',
  'dialogue.stale_question': 'This question is answered already. Please use the newest message.',
  'dialogue.question_gone': 'This question is no longer open.',
  'dialogue.unknown_command':
    'I cannot do that while the question above waits for its answer. /cancel ends it; then send this again.',
  'dialogue.edited_message':
    'I do not look at changed messages. Send it anew; ‹ Back leads to the question before.',
  'dialogue.use_a_button': 'Please use one of the buttons above.',
  'dialogue.type_an_answer': 'Please type the answer, or use a button above.',
  'dialogue.unusable': 'I cannot use that answer. Please try another one.',
  'dialogue.cancelled': 'Cancelled. Nothing was changed.',
} as const
