/** Changing somebody on the roster, and testing them again. */
export const editsEn = {
  'request_subject.edit': 'change {name} ({os_user}, role {role})',
  'request_subject.retest': 'test {name} ({os_user}) again',
  'request_subject.undo_edit':
    'undo run {has_run, select, yes {{run}} other {?}}: give {name} ({os_user}) back what was changed',
  'request_title.edit': 'Change {name} ({os_user}, role {role})',
  'request_title.retest': 'Test {name} ({os_user}) again',
  'request_title.undo_edit':
    'Undo run {has_run, select, yes {{run}} other {?}}: give {name} ({os_user}) back what was changed',
  'run_kind.edit': 'change',
  'run_kind.retest': 'test',
  'person.smoke':
    '{passed, select, yes {smoke test passed at {at} (run {run})} other {smoke test failed at {at} (run {run})}}',
  'person.smoke_never': 'never tested by a run',
  'edit.change': '{label}: {before} → {after}',
  'edit.nothing': 'not set',
  'edit.proof': 'the new Telegram id: {proof}',
  'edit.policy':
    '{stricter, select, yes {Decided by the stricter rule of the roles {before} and {after}} other {Decided by the rule of the role {after}}}: {count, plural, one {1 approval} other {# approvals}}, {own, select, yes {the own one counts} other {the own one does not count}}{step_up, select, totp {, with a code} witness {, with the witness} terminal {, on a terminal} other {}}.',
  'edit.identity':
    'Who somebody is, which account is theirs, or what they may do changes: a bot alone never decides that, it is confirmed on a terminal.',
  'note.account.left':
    'the account {os_user} stays as it is, with its files and groups, and belongs to nobody on the roster any more',
  'note.groups.never_stripped':
    'stays in the {group_count, plural, one {group} other {groups}} {groups} of the role {role}: a group is never taken away, root does that by hand',
  'note.dir.left': 'the folder {path} stays as it is: what is in it is moved by hand',
  'note.roster.change': 'change in the roster: {fields}',
  'note.roster.changed': 'changed in the roster: {fields}',
  'note.roster.restored': 'put the roster entry back as it was, byte for byte',
  'left.roster_edit': 'the entry of {os_user} in {path}, as the edit left it',
  'to_do.roster_edit':
    'give the entry of {os_user} (Telegram id {telegram_id}) in {path} its old values, with an editor',
  'violation.entry_gone':
    "cannot use the entry of{has_os_user, select, yes { ''{os_user}''} other { this person}}: the roster no longer has it as it was, once; look at the list of users",
  'violation.edit_nothing': 'cannot change nothing: every value is as it is already',
  'violation.edit_two_persons':
    'cannot change the Telegram id and the OS user at once: that would be somebody else; onboard them instead',
  'violation.edit_waits_for_start':
    "cannot change the {label} while the account waits for the person''s Start: undo {has_run, select, yes {run {run}} other {their run}} and onboard them again",
  'people.page_head': '<b>People {from} to {to}</b>',
  'people.page_empty': 'There is nobody on this page any more. /users begins anew.',
  'people.page_tail': '/user and a name shows one of them.',
  'people.entry':
    '• {name} (<code>{os_user}</code>), role {role}: {state, select, waits_for_start {waits for their Start} not_active {not active} other {active}}',
  'people.retest_label': 'Re-test',
  'people.edit_label': 'Edit',
  'people.message_unknown': 'I no longer know this message. /user and a name shows the person anew.',
  'people.button_used': 'This button was used already. /user and a name shows the person anew.',
  'people.edit_whom': 'Whom? Write /edituser and an OS user or Telegram id. /users lists everybody.',
  'people.edit_head': '<b>{name}</b> (<code>{os_user}</code>). Which field shall change?',
  'people.edit_same': '{field}: {before}',
  'people.edit_changed': '<b>{field}: {before} → {after}</b>',
  'people.edit_done_label': 'Review the change',
  'people.edit_drafted': 'Drafted. The card shows what would change; nothing has changed yet.',
  'people.edit_ended': 'Ended. Nothing was changed.',
  'people.noted': 'Noted.',
  'people.other_account':
    'Which account instead? It must be there already, its owner must agree, and the old one stays as it is.',
} as const
