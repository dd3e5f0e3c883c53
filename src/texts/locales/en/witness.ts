/** The second bot, which only sends codes. */
export const witnessEn = {
  'witness.consequence.onboard':
    '<b>{name}</b> (Telegram id {telegram_id}) would get the role <b>{role}</b> on <b>{host}</b>, as the account <code>{os_user}</code>.',
  'witness.consequence.repair':
    '<b>{name}</b> (Telegram id {telegram_id}, account <code>{os_user}</code>) would get back what is missing of the role <b>{role}</b> on <b>{host}</b>.',
  'witness.consequence.undo':
    '<b>{name}</b> (Telegram id {telegram_id}, account <code>{os_user}</code>, role <b>{role}</b>) would be taken off <b>{host}</b>.',
  'witness.consequence.other': '<b>{title}</b>, on <b>{host}</b>:',
  'witness.power': 'That role: {description}.',
  'witness.groups': '{count, plural, one {OS group} other {OS groups}}: {groups}',
  'witness.no_groups': 'No OS groups.',
  'witness.account.create': 'A new account is made.',
  'witness.account.adopt': 'An existing account is taken over, with everything that it can do.',
  'witness.asked_by': 'Asked for by {who}: request {request}, revision {revision}.',
  'witness.plan_cut': '<i>… the rest of the plan stands on the card.</i>',
  'witness.code': 'If you want exactly this, your code is <code>{code}</code>',
  'witness.how':
    'Send it to the main bot, together with a code of your authenticator app. It is good once, until {until}.',
  'witness.not_you':
    'You did not ask for this, or the card of the main bot says something else? Give this code to nobody, and send /freeze to the main bot.',
  'witness.unreachable':
    'The witness could not send you the code for request {request}: it may not write to you. Open https://t.me/{bot} and press Start there, then tap Approve on the card again.',
  'witness.cleared.used': 'Request {request}: this code was used.',
  'witness.cleared.replaced': 'Request {request}: this code was replaced by a newer one.',
  'witness.cleared.spent':
    'Request {request}: this code is good no more, after three wrong tries. Was that not you? Send /freeze to the main bot.',
  'witness.cleared.expired': 'Request {request}: this code expired unused.',
  'witness.cleared.closed':
    'Request {request}: this code is good no more; the request was decided, or its plan changed.',
} as const
