/** Second factors, freezing, and what the bot noticed. */
export const factorsEn = {
  'factors.card_frozen':
    '🧊 Approvals in chat are frozen. Root can approve on the host, and ends it there: <code>sudo usher unfreeze</code>',
  'factors.needs.totp': '🔐 To approve it you need a code from your authenticator app.',
  'factors.needs.witness':
    '🔐 To approve it you need the code that the witness sends you, and one from your authenticator app.',
  'factors.ask.totp':
    'Now send me the code of six digits from your authenticator app, within five minutes. I delete your message at once.',
  'factors.ask.witness':
    'The witness sends you a code of eight digits. Look there at what you approve; then send me that code and the six digits from your authenticator app in one message, within five minutes. I delete it at once.',
  'factors.unclear.totp': 'That is not a code of six digits. Send me the one that your app shows now.',
  'factors.unclear.witness':
    "That is not it. Send me the witness''s eight digits, a space, and the six digits from your app.",
  'factors.delete_it': 'I could not delete your message with the code. Please delete it yourself.',
  'factors.too_late': 'I no longer wait for a code. Tap Approve on the card once more.',
  'factors.given.approved': 'Approved.',
  'factors.given.held': 'Your approval counts. The card says until when it is held.',
  'factors.given.noted': 'Your approval is noted. The card says how things stand.',
  'factors.refused.wrong':
    'That code is wrong or too old. {left, plural, =0 {Wait for the next one and send that.} one {One try is left: wait for the next code.} other {# tries are left: wait for the next code and send that.}}',
  'factors.refused.witness_wrong':
    'That is not the code of the witness. {left, plural, one {One try is left.} other {# tries are left.}}',
  'factors.refused.witness_none':
    'There is no code of the witness for this that is good any more. Tap Approve for a new one.',
  'factors.refused.used': 'That code was used already. Wait for the next one and send that.',
  'factors.refused.spent': 'That was one wrong code too many. Tap Approve for a new code of the witness.',
  'factors.refused.none':
    "You have no second factor here, or no code that is good. Root gives you one: ''sudo usher totp enroll''.",
  'factors.refused.disabled':
    "Your second factor is switched off: too many codes were wrong. Root switches it on again: ''sudo usher totp reset''. Approving on the host still works.",
  'factors.refused.unreadable': 'The worker cannot check codes right now. Tell whoever runs the host.',
  'factors.freeze_ask':
    'Freeze approvals in chat? Then none counts any more, also none that waits or has not begun to run. Only root can end that, on the host.',
  'factors.freeze_already':
    "They are frozen already. Only root can end that, on the host: ''sudo usher unfreeze''.",
  'factors.freeze_button': '🧊 Freeze',
  'factors.frozen_now': 'Frozen. Approvals in chat do not count until root ends it.',
  'factors.unfreeze': "Only root can end a freeze, on the host: ''sudo usher unfreeze''.",
  'factors.frozen':
    '🧊 {by} froze approvals in chat. None counts until root ends it on the host: <code>sudo usher unfreeze</code>',
  'factors.unfrozen':
    'Approvals in chat count again, from now on. What was approved in chat before must be approved anew.',
  'factors.alarm':
    '🚨 {kind, select, conflict {Another program polls with my token.} foreign_webhook {Somebody has set a webhook with my token.} foreign_edit {A card does not show what I sent.} other {Something is wrong with my token.}} Approvals in chat are frozen. If it was not you: revoke the token with @BotFather, look at <code>sudo usher requests</code> on the host, and only then <code>sudo usher unfreeze</code>',
  'factors.disabled':
    '🚨 The second factor of Telegram user {id} is switched off: twenty codes in a row were wrong. Somebody may be guessing. Root resets it: <code>sudo usher totp reset {id}</code>',
} as const
