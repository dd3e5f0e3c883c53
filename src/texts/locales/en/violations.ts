/** What is wrong with an answer. `shown` is the value, or the path, group or program, that is refused. */
export const violationsEn = {
  'violation.required': 'cannot go on without the {label}: give one',
  'violation.unknown_field':
    "cannot use the unknown field ''{has_value, select, yes {{value}} other {{label}}}'': remove it",
  'violation.wrong_type':
    "cannot use{has_value, select, yes { ''{value}''} other {}} as the {label}: it must be {has_expected, select, yes {{expected}} other {of another type}}",
  'violation.telegram_id_invalid':
    "cannot use{has_value, select, yes { ''{value}''} other {}} as a Telegram id: give the person's numeric id, a whole number from 1 to 2^52-1",
  'violation.telegram_id_on_roster':
    'cannot add Telegram id {has_value, select, yes {{value}} other {of this person}}: it is on the roster already{has_os_user, select, yes { as {os_user}} other {}}; look at the list of users',
  'violation.os_user_syntax':
    "cannot use{has_value, select, yes { ''{value}''} other {}} as an OS user: use lower-case letters, digits, '-' and '_', and begin with a letter or '_'",
  'violation.os_user_too_long':
    'cannot use an OS user of {has_length, select, yes {{length}} other {more than 32}} characters: use at most 32',
  'violation.os_user_only_digits':
    "cannot use{has_value, select, yes { ''{value}''} other {}} as an OS user: it needs at least one letter",
  'violation.os_user_reserved':
    "cannot use{has_value, select, yes { ''{value}''} other {}} as an OS user: the name is reserved for the system; choose another",
  'violation.os_user_exists':
    "cannot create{has_value, select, yes { ''{value}''} other {}}: the account exists already; choose another name or adopt the account",
  'violation.account_not_created_here':
    "cannot create accounts on macOS: make{has_value, select, yes { ''{value}''} other { it}} in System Settings, then adopt it",
  'violation.os_user_missing':
    "cannot adopt{has_value, select, yes { ''{value}''} other {}}: there is no such account; create it or choose an existing one",
  'violation.os_user_not_a_person':
    "cannot use the account{has_value, select, yes { ''{value}''} other {}}{has_uid, select, yes { (uid {uid})} other {}}: it is a system account, not a person's; choose another",
  'violation.os_user_not_yours':
    "cannot use the account{has_value, select, yes { ''{value}''} other {}}: in single-user mode only your own account can be taken",
  'violation.os_user_on_roster':
    "cannot use{has_value, select, yes { ''{value}''} other {}} as an OS user: {has_holder, select, yes {it belongs to {holder} on the roster} other {it is on the roster already}}; choose another",
  'violation.os_user_group_exists':
    "cannot create{has_value, select, yes { ''{value}''} other {}}: a group of that name exists already; choose another name, or remove the group",
  'violation.uid_on_roster':
    "cannot use{has_value, select, yes { ''{value}''} other { this account}}: its uid{has_uid, select, yes { {uid}} other {}} is on the roster{has_holder, select, yes { as {holder}} other { under another name}}; one uid is one person",
  'violation.held_by_request':
    "{has_run, select, yes {cannot use this {label}: the undo of {has_request, select, yes {request {request}} other {another request}} could not finish; go on with it first (''sudo usher run resume {run}''), or accept what is left (''sudo usher run abandon {run} --reason TEXT'')} other {cannot use this {label}: {has_request, select, yes {request {request}} other {another request}} holds it; decide or cancel that one first}}",
  'violation.role_unknown':
    "cannot give the role{has_value, select, yes { ''{value}''} other {}}: the config has no such role{has_known, select, yes {; choose one of {known}} other {}}",
  'violation.role_not_grantable':
    "cannot give the role{has_value, select, yes { ''{value}''} other {}}: it is not given to people; choose another",
  'violation.name_invalid':
    "cannot use{has_value, select, yes { ''{value}''} other {}} as a name: give 1 to 64 characters without line breaks, ':' or ','",
  'violation.github_login_invalid':
    "cannot use{has_value, select, yes { ''{value}''} other {}} as a GitHub login: use letters, digits and single '-', at most 39 characters",
  'violation.github_repo_invalid':
    "cannot use{has_value, select, yes { ''{value}''} other {}} as a GitHub repository: write it as owner/repo",
  'violation.chat_id_invalid':
    "cannot use{has_value, select, yes { ''{value}''} other {}} as a chat id: give a whole number that is not 0 (groups are negative)",
  'violation.budget_invalid':
    "cannot use{has_value, select, yes { ''{value}''} other {}} as a budget: give a number above 0",
  'violation.text_too_long':
    'cannot use this {label}: it is longer than {has_max, select, yes {{max}} other {allowed}} characters; shorten it',
  'violation.text_has_control_characters':
    "cannot use{has_value, select, yes { ''{value}''} other {}} as the {label}: it holds control or invisible characters; type it again without them",
  'violation.path_not_absolute':
    "cannot use{has_shown, select, yes { ''{shown}''} other {}} as the {label}: give a path that begins with '/' or '{home}'",
  'violation.path_not_allowed':
    "cannot use{has_shown, select, yes { ''{shown}''} other {}} as the {label}: {has_why, select, yes {{why}} other {it is outside of what a person may have}}; choose another",
  'violation.path_is_symlink':
    "cannot use the path{has_path, select, yes { ''{path}''} other {}}: it is a symbolic link; put the real folder there",
  'violation.path_not_a_directory':
    "cannot use the path{has_path, select, yes { ''{path}''} other {}}: something that is not a folder is there; move it away",
  'violation.path_wrong_owner':
    "cannot use the path{has_path, select, yes { ''{path}''} other {}}: it belongs to {has_owner, select, yes {{owner}} other {{has_uid, select, yes {uid {uid}} other {somebody else}}}}{has_expected, select, yes { instead of {expected}} other {}}; correct its owner",
  'violation.path_writable_by_others':
    "cannot use the path{has_path, select, yes { ''{path}''} other {}}: others may write to it{has_mode, select, yes { (mode {mode})} other {}}; run chmod go-w on it",
  'violation.path_unreadable':
    "cannot read the path{has_path, select, yes { ''{path}''} other {}}: {has_errno, select, yes {{errno}} other {{has_why, select, yes {{why}} other {the system refused}}}}; check it by hand",
  'violation.group_missing':
    "cannot add to the group{has_shown, select, yes { ''{shown}''} other {}}: this host has no such group; create it or change the role",
  'violation.owner_unknown':
    "cannot give folders to{has_shown, select, yes { ''{shown}''} other { their owner}}: this host has no such account; correct 'folders' in the config",
  'violation.adoption_reason_required':
    "cannot adopt an account without a reason: say why, or let its owner run 'usher claim'",
  'violation.home_unusable':
    "cannot use the home{has_shown, select, yes { ''{shown}''} other {}}: {has_why, select, yes {{why}} other {it is missing or not safe}}; correct it first",
  'violation.shell_missing':
    "cannot use the shell{has_shown, select, yes { ''{shown}''} other {}}: it is not installed; install it or change the role",
  'violation.program_missing':
    "cannot go on without the program{has_shown, select, yes { ''{shown}''} other {}}: it is not installed; install it",
  'violation.template_unreadable':
    "cannot read the memory template{has_path, select, yes { ''{path}''} other {}}: {has_why, select, yes {{why}} other {{has_errno, select, yes {{errno}} other {the file cannot be used}}}}; correct it or 'memory.template' in the config",
  'violation.roster_entry_changed':
    "cannot repair{has_os_user, select, yes { ''{os_user}''} other { this}}: the roster no longer has exactly this entry; run 'usher reconcile' again",
  'violation.roster_unusable':
    "cannot use the roster{has_path, select, yes { ''{path}''} other {}}: {has_why, select, yes {{why}} other {it cannot be read}}; correct the file by hand, nothing was changed",
  'violation.disk_full':
    "cannot write below{has_path, select, yes { ''{path}''} other { the data folder}}: the disk is full; make room",
  'violation.disk_read_only':
    "cannot write below{has_path, select, yes { ''{path}''} other { the data folder}}: the file system is read-only; remount it, or, where only the service may not write there, name the folder in its unit: ReadWritePaths= by systemctl edit usher-worker",
} as const
