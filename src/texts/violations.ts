import type { Violation, ViolationCode } from '../domain/violation.ts'
import { fieldLabel } from './fields.ts'
import { holderText } from './holders.ts'
import { type Params, paramsOf } from './params.ts'

type Words = (params: Params, label: string) => string

/** `value`, `path`, `holder`, `uid`, `why`… come from whoever found the violation; each sentence does without them too. */
const WORDS: Record<ViolationCode, Words> = {
  required: (_, label) => `cannot go on without the ${label}: give one`,
  unknown_field: (p, label) => `cannot use the unknown field '${p.text('value', label)}': remove it`,
  wrong_type: (p, label) =>
    `cannot use${p.quoted()} as the ${label}: it must be ${p.text('expected', 'of another type')}`,
  telegram_id_invalid: (p) =>
    `cannot use${p.quoted()} as a Telegram id: give the person's numeric id, a whole number from 1 to 2^52-1`,
  telegram_id_on_roster: (p) =>
    `cannot add Telegram id ${p.text('value', 'of this person')}: ${p.has('os_user') ? `it is on the roster already as ${p.text('os_user')}` : 'it is on the roster already'}; look at the list of users`,
  os_user_syntax: (p) =>
    `cannot use${p.quoted()} as an OS user: use lower-case letters, digits, '-' and '_', and begin with a letter or '_'`,
  os_user_too_long: (p) =>
    `cannot use an OS user of ${p.text('length', 'more than 32')} characters: use at most 32`,
  os_user_only_digits: (p) => `cannot use${p.quoted()} as an OS user: it needs at least one letter`,
  os_user_reserved: (p) =>
    `cannot use${p.quoted()} as an OS user: the name is reserved for the system; choose another`,
  os_user_exists: (p) =>
    `cannot create${p.quoted()}: the account exists already; choose another name or adopt the account`,
  os_user_missing: (p) =>
    `cannot adopt${p.quoted()}: there is no such account; create it or choose an existing one`,
  os_user_not_a_person: (p) =>
    `cannot use the account${p.quoted()}${p.has('uid') ? ` (uid ${p.text('uid')})` : ''}: it is a system account, not a person's; choose another`,
  os_user_not_yours: (p) =>
    `cannot use the account${p.quoted()}: in single-user mode only your own account can be taken`,
  os_user_on_roster: (p) =>
    `cannot use${p.quoted()} as an OS user: ${p.has('holder') ? `it belongs to ${p.text('holder')} on the roster` : 'it is on the roster already'}; choose another`,
  os_user_group_exists: (p) =>
    `cannot create${p.quoted()}: a group of that name exists already; choose another name, or remove the group`,
  uid_on_roster: (p) =>
    `cannot use${p.has('value') ? p.quoted() : ' this account'}: its uid${p.after('uid')} is on the roster${p.has('holder') ? ` as ${p.text('holder')}` : ' under another name'}; one uid is one person`,
  held_by_request: (p, label) => `cannot use this ${label}: ${holderText(p)}`,
  role_unknown: (p) =>
    `cannot give the role${p.quoted()}: the config has no such role${p.has('known') ? `; choose one of ${p.text('known')}` : ''}`,
  role_not_grantable: (p) => `cannot give the role${p.quoted()}: it is not given to people; choose another`,
  name_invalid: (p) =>
    `cannot use${p.quoted()} as a name: give 1 to 64 characters without line breaks, ':' or ','`,
  github_login_invalid: (p) =>
    `cannot use${p.quoted()} as a GitHub login: use letters, digits and single '-', at most 39 characters`,
  github_repo_invalid: (p) => `cannot use${p.quoted()} as a GitHub repository: write it as owner/repo`,
  chat_id_invalid: (p) =>
    `cannot use${p.quoted()} as a chat id: give a whole number that is not 0 (groups are negative)`,
  budget_invalid: (p) => `cannot use${p.quoted()} as a budget: give a number above 0`,
  text_too_long: (p, label) =>
    `cannot use this ${label}: it is longer than ${p.text('max', 'allowed')} characters; shorten it`,
  text_has_control_characters: (p, label) =>
    `cannot use${p.quoted()} as the ${label}: it holds control or invisible characters; type it again without them`,
  path_not_absolute: (p, label) =>
    `cannot use${p.quoted(p.has('path') ? 'path' : 'value')} as the ${label}: give a path that begins with '/' or {home}`,
  path_not_allowed: (p, label) =>
    `cannot use${p.quoted(p.has('path') ? 'path' : 'value')} as the ${label}: ${p.text('why', 'it is outside of what a person may have')}; choose another`,
  path_is_symlink: (p) =>
    `cannot use the path${p.quoted('path')}: it is a symbolic link; put the real folder there`,
  path_not_a_directory: (p) =>
    `cannot use the path${p.quoted('path')}: something that is not a folder is there; move it away`,
  path_wrong_owner: (p) =>
    `cannot use the path${p.quoted('path')}: it belongs to ${p.text('owner', p.has('uid') ? `uid ${p.text('uid')}` : 'somebody else')}${p.has('expected') ? ` instead of ${p.text('expected')}` : ''}; correct its owner`,
  path_writable_by_others: (p) =>
    `cannot use the path${p.quoted('path')}: others may write to it${p.has('mode') ? ` (mode ${p.text('mode')})` : ''}; run chmod go-w on it`,
  path_unreadable: (p) =>
    `cannot read the path${p.quoted('path')}: ${p.text('errno', p.text('why', 'the system refused'))}; check it by hand`,
  group_missing: (p) =>
    `cannot add to the group${p.quoted(p.has('group') ? 'group' : 'value')}: this host has no such group; create it or change the role`,
  owner_unknown: (p) =>
    `cannot give folders to${p.quoted(p.has('owner') ? 'owner' : 'value')}: this host has no such account; correct 'folders' in the config`,
  adoption_reason_required: () =>
    `cannot adopt an account without a reason: say why, or let its owner run 'usher claim'`,
  home_unusable: (p) =>
    `cannot use the home${p.quoted(p.has('path') ? 'path' : 'home')}: ${p.text('why', 'it is missing or not safe')}; correct it first`,
  shell_missing: (p) =>
    `cannot use the shell${p.quoted(p.has('shell') ? 'shell' : 'value')}: it is not installed; install it or change the role`,
  program_missing: (p) =>
    `cannot go on without the program${p.quoted(p.has('program') ? 'program' : 'value')}: it is not installed; install it`,
  template_unreadable: (p) =>
    `cannot read the memory template${p.quoted('path')}: ${p.text('why', p.text('errno', 'the file cannot be used'))}; correct it or 'memory.template' in the config`,
  roster_entry_changed: (p) =>
    `cannot repair${p.quoted('os_user')}: the roster no longer has exactly this entry; run 'usher reconcile' again`,
  entry_gone: (p) =>
    `cannot use the entry of${p.quoted('os_user')}: the roster no longer has it as it was, once; look at the list of users`,
  edit_nothing: () => 'cannot change nothing: every value is as it is already',
  edit_two_persons: () =>
    'cannot change the Telegram id and the OS user at once: that would be somebody else; onboard them instead',
  edit_waits_for_start: (p, label) =>
    `cannot change the ${label} while the account waits for the person's Start: ${p.has('run') ? `undo run ${p.text('run')}` : 'undo their run'} and onboard them again`,
  roster_unusable: (p) =>
    `cannot use the roster${p.quoted('path')}: ${p.text('why', 'it cannot be read')}; correct the file by hand, nothing was changed`,
  disk_full: (p) =>
    `cannot write below${p.quoted('path') || ' the data folder'}: the disk is full; make room`,
  disk_read_only: (p) =>
    `cannot write below${p.quoted('path') || ' the data folder'}: the file system is read-only; remount it`,
}

/** One violation as a sentence: what cannot be, the value, and what to do about it. Harmless in a terminal. */
export function violationText(violation: Violation): string {
  return WORDS[violation.code](paramsOf(violation.params), fieldLabel(violation.field))
}
