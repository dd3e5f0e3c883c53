/** Saying no, with a reason or without. */
export const denyEn = {
  'deny.why':
    '<b>Why is request {id} denied?</b>\nType the reason in one line: whoever asked and every admin will see it. Until then the request stays undecided; /cancel leaves it so.',
  'deny.without_reason_label': 'Without a reason',
  'deny.done': 'Request {id} is denied. The card shows it.',
  'deny.left': 'Request {id} was left undecided.',
} as const
