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
    'stays in the groups {groups} of the role {role}: a group is never taken away, root does that by hand',
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
} as const
