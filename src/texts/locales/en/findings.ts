/** How the host differs from roster, roles and config. */
export const findingsEn = {
  'finding.account.missing': 'the account {os_user} is missing',
  'finding.account.expired': 'the account {os_user} is expired',
  'finding.account.never_activated': 'the account {os_user} was never activated, and no Start is waited for',
  'finding.account.not_a_person':
    "the account {os_user} (uid {uid}) cannot be a person's: its uid is outside their range, or the config gives it a meaning",
  'finding.account.changed': 'the account {os_user} changed while it was looked at',
  'finding.account.no_entry':
    "the account {os_user} (uid {uid}) is not on the roster; take it over, or name it in 'reconcile.ignore_accounts'",
  'finding.account.entry_removed':
    'the account {os_user} (uid {uid}) of run {run} is still there, but its entry is gone from the roster',
  'finding.home.unusable':
    'the home {home} cannot be used: {has_why, select, yes {{why}} other {look at it}}',
  'finding.group.missing': 'the group {group} of the role does not exist',
  'finding.groups.not_member': 'not a member of {groups}',
  'finding.dir.missing': 'the folder {path} is missing',
  'finding.dir.mode':
    'the folder {path} has the mode {mode} instead of {has_expected, select, yes {{expected}} other {0700}}',
  'finding.dir.owner':
    'the folder {path} belongs to uid {uid} instead of {has_expected, select, yes {{expected}} other {its owner, whose account is missing}}',
  'finding.dir.not_a_directory':
    '{path} is not a folder but {kind, select, symlink {a symbolic link} file {a file} other {something else}}',
  'finding.dir.unreadable': 'the folder {path} cannot be looked at ({errno})',
  'finding.seed.missing': 'the memory {path} is missing',
  'finding.seed.not_a_file': 'the memory {path} is not a plain file',
  'finding.service.down': 'the service {unit} is not active',
  'finding.smoke.failed': 'the smoke test failed',
  'finding.role.unknown':
    "the config has no role{has_role, select, yes { ''{role}''} other {}}; correct the entry or add the role",
  'finding.entry.unrecorded': 'the roster entry was written by hand: no run knows it',
  'finding.entry.edited': 'the roster entry was changed by hand{has_keys, select, yes {: {keys}} other {}}',
  'finding.entry.invalid':
    "the roster entry has no usable {field}{has_value, select, yes { ''{value}''} other {}}; correct it by hand",
  'finding.entry.duplicate':
    'the roster has the same {field} ({value}) in the entry of {has_other, select, yes {{other}} other {somebody else}}; correct one of them',
  'finding.entry.id_is_text': 'the Telegram id stands in quotes in the roster, so that it gives no rights',
  'finding.plan.refused':
    'a repair cannot be planned: {has_violations, select, yes {{violations}} other {see the other findings}}',
  'finding.person.unchecked':
    'cannot be looked at: {has_why, select, yes {{why}} other {see the log of the worker}}',
  finding_with_cause: '{finding}: {cause}',
  finding_by_hand: 'by hand: {command}',
  'finding_subject.host': 'This host',
  'finding_subject.person': '{name} ({os_user})',
  'reconciliation.clean':
    '{has_id, select, yes {Reconciliation {id}} other {Dry run}}: everything is as roster and roles say{has_why, select, yes {: {why}} other {}} ({people, plural, one {1 person} other {# people}} looked at)',
  'reconciliation.differs':
    '{has_id, select, yes {Reconciliation {id}} other {Dry run}}: the host differs from roster and roles{has_why, select, yes {: {why}} other {}} ({people, plural, one {1 person} other {# people}} looked at)',
  'reconciliation.incomplete':
    '{has_id, select, yes {Reconciliation {id}} other {Dry run}}: not everybody could be looked at{has_why, select, yes {: {why}} other {}} ({people, plural, one {1 person} other {# people}} looked at)',
  'reconciliation.failed':
    '{has_id, select, yes {Reconciliation {id}} other {Dry run}}: cannot compare anything{has_why, select, yes {: {why}} other {}}',
  reconciliation_skipped: '{name} ({os_user}) was left out: request {request} is under way',
  reconciliation_repair: 'Request {id}: repair {name} ({os_user}): {state}',
} as const
