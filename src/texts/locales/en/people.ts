/** People, roles and the answers about a person. */
export const peopleEn = {
  'role.line':
    '{name}: {description} ({has_groups, select, yes {groups {groups}} other {no groups}}; needs {count, plural, one {1 approval} other {# approvals}}{step_up, select, terminal { and a confirmation on a terminal} totp { and a code from an authenticator app} witness { and the code of the witness} other {}} within {within})',
  'proof.started': 'they started the bot themself',
  'proof.picker': "chosen with Telegram's user picker",
  'proof.forward': 'from a forwarded message',
  'proof.contact': 'from a shared contact',
  'proof.typed': 'typed by hand, not proven',
  'answer.line': '{label}: {value}',
  'answer.telegram_id': 'Telegram id: {id} ({proof})',
  'answer.os_user':
    'OS user: {os_user} ({account, select, create {a new account} other {an existing account is adopted}})',
  'answer.none': 'none',
  'answer.yes': 'yes',
  'answer.no': 'no',
  'person.line':
    '{os_user}: {name} ({role}, Telegram id {telegram_id}, {has_uid, select, yes {uid {uid}} other {no account on this host}}){state, select, waits_for_start {; not active before they press Start at the bot} not_active {; not active} other {}}',
  'person.folder': '{exists, select, yes {folder {path}} other {folder {path} is missing}}',
  'person.last_run': 'last run: {id}',
} as const
