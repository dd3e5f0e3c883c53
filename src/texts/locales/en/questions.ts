/** The questions about a new person, and the buttons under them. */
export const questionsEn = {
  'questions.pick_label': '👤 Choose from Telegram',
  'questions.try_again_label': 'Try again',
  'questions.skip_label': 'Skip',
  'questions.none_label': 'None',
  'questions.inherit_label': 'Inherit',
  'questions.yes_label': 'Yes',
  'questions.no_label': 'No',
  'questions.keep_all_label': 'Keep all',
  'questions.go_on_label': 'Go on',
  'questions.change_label': '✏️ {field}',
  'questions.person_label': 'Person',
  'questions.existing_account_label': '{os_user} (exists: adopt)',
  'questions.adopt_label': 'Adopt {os_user}',
  'questions.type_a_name': 'Please type a name, or use a button above.',
  'questions.answers_are_kept': 'Your answers are kept.',
  'questions.first_question': 'This is the first question. /cancel ends it.',
  'questions.who':
    '<b>Who shall get access?</b>\nUse the button below, forward a message of theirs, share their contact, or type their numeric Telegram id.',
  'questions.who_unclear':
    'I need a person: use the button below, forward a message of theirs, share their contact, or type their numeric Telegram id.',
  'questions.username_is_no_id':
    'A username can change hands, so I need the numeric id. Use the button below, or ask them to write to me: I show them their id.',
  'questions.origin_not_a_person':
    'That message comes from a chat or channel, not from a person. Forward one that they wrote themself.',
  'questions.origin_is_a_bot': 'That message was written by a bot. Forward one that the person wrote.',
  'questions.that_is_me': 'That is me. I need a person.',
  'questions.origin_hidden':
    '{name} hides who they are in forwarded messages, so I cannot read their id. Use the button below, or ask them to write to me: I show them their id.',
  'questions.contact_without_id':
    'That contact has no Telegram account, so it tells me no id. Use the button below, or ask them to write to me: I show them their id.',
  'questions.proof.started': 'they wrote to me themself',
  'questions.proof.picker': 'chosen in Telegram',
  'questions.proof.forward': 'from a forwarded message',
  'questions.proof.contact': 'from a contact',
  'questions.proof.typed': 'typed by hand, not proven',
  'questions.who_noted': '✅ <b>Person:</b> {name}, id <code>{id}</code> ({proof})',
  'questions.who_noted_nameless': '✅ <b>Person:</b> id <code>{id}</code> ({proof})',
  'questions.os_user':
    '<b>Which account on the host?</b>\nChoose a name or type another one. An account that exists already can be adopted.',
  'questions.own_os_user':
    '<b>Which account?</b>\nUsher runs without root here, so only your own account can be taken.',
  'questions.adopt_head':
    '<b>The account {os_user} exists already.</b> Adopting it leaves it as it is. What it can do already:',
  'questions.adopt_power': '▫️ {power}',
  'questions.adopt_powerless': '▫️ no groups, sudo rules or keys worth a mention',
  'questions.adopt_consent':
    'Its owner must agree (<code>usher claim CODE</code>, run as that account), or root confirms with a reason.',
  'questions.account_noted_new': '✅ <b>Account:</b> <code>{os_user}</code> (new)',
  'questions.account_noted_adopted': '✅ <b>Account:</b> <code>{os_user}</code> (existing, adopted)',
  'questions.role': '<b>Which role?</b>',
  'questions.role_line': '• {role}',
  'questions.role_noted': '✅ <b>Role:</b> {role}',
  'questions.name': '<b>What is their name?</b>\nIt stands on the roster.',
  'questions.github': '<b>Their GitHub login?</b>\nType it, or skip.',
  'questions.default.workspace_base': '<b>Their workspace?</b>',
  'questions.default.model': '<b>Their model?</b>',
  'questions.default.agent_backend': '<b>Their agent backend?</b>',
  'questions.default.max_budget': '<b>Their monthly budget?</b>',
  'questions.inherited': 'Inherited: {inherited}. Type a value, or inherit.',
  'questions.inherited_now': 'Inherited: {inherited}. Now: {own}. Type a value, or inherit.',
  'questions.path_hint':
    "<code>'{home}'</code>, <code>'{os_user}'</code> and <code>'{telegram_id}'</code> are filled in.",
  'questions.nothing': 'nothing',
  'questions.value_yes': 'yes',
  'questions.value_no': 'no',
  'questions.defaults_head': '<b>Personal defaults</b>',
  'questions.routing_head': '<b>GitHub routing</b> (optional)',
  'questions.field_inherited': '▫️ {field}: {value} (inherited)',
  'questions.field_not_set': '▫️ {field}: not set',
  'questions.field_set': '✏️ {field}: {value}',
  'questions.github_repos':
    '<b>Which GitHub repositories?</b>\nType them as <code>owner/repo</code>, separated by spaces.',
  'questions.github_notify_chat_id':
    '<b>Which Telegram chat gets GitHub notifications?</b>\nType its numeric id; groups have a negative one.',
  'questions.pr_review': '<b>Shall the agent review pull requests for this person?</b>',
  'questions.issue_triage': '<b>Shall the agent sort new issues for this person?</b>',
  'questions.which_answer': '<b>Which answer shall change?</b>',
  'questions.edited': 'Changed. The card above shows the new plan.',
  'questions.edit_ended': 'Nothing more was changed. The card stands as it is.',
} as const
