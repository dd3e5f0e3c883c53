/** Second factors, freezing, and what the bot noticed. */
export const factorsEn = {
  'factors.card_frozen':
    '🧊 Approvals in chat are frozen. Root can approve on the host, and ends it there: <code>sudo usher unfreeze</code>',
  'factors.needs.totp': '🔐 To approve it you need a code from your authenticator app.',
  'factors.needs.witness':
    '🔐 To approve it you need the code that the witness sends you, and one from your authenticator app.',
} as const
