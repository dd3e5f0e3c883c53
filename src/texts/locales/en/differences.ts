/** What is not as it was when a plan was approved, and how a request came back. */
export const differencesEn = {
  'difference.account_appeared':
    'an account {os_user} appeared{has_uid, select, yes { (uid {uid})} other {}}',
  'difference.account_gone': 'the account {os_user} is gone',
  'difference.account_changed': 'the account {os_user} has another {what}: {before} → {after}',
  'difference.account_expiry_changed':
    'the account {os_user} is {now, select, expired {expired} active {active} other {{now}}} now',
  'difference.account_groups_changed':
    'the account {os_user} is in the groups{has_gained, select, yes { {gained} too{has_lost, select, yes {,} other {}}} other {}}{has_lost, select, yes { {lost} no more} other {}}',
  'difference.account_sudo_changed': 'the sudo rules of {os_user} are others: {before} → {after}',
  'difference.account_linger_changed':
    'linger of {os_user} is {now, select, on {on} off {off} other {{now}}} now',
  'difference.account_keys_changed': 'the authorized SSH keys of {os_user} changed: {before} → {after}',
  'difference.group_appeared': 'a group {group} appeared{has_gid, select, yes { (gid {gid})} other {}}',
  'difference.group_gone': 'the group {group} is gone',
  'difference.group_changed': 'the group {group} has another gid: {before} → {after}',
  'difference.path_appeared':
    'the {kind, select, directory {folder} file {file} symlink {symbolic link} unreadable {unreadable path} other {something else}} {path} appeared{has_uid, select, yes {, it belongs to uid {uid}, mode {mode}} other {}}',
  'difference.path_gone':
    'the {kind, select, directory {folder} file {file} symlink {symbolic link} unreadable {unreadable path} other {something else}} {path} is gone',
  'difference.path_changed': '{path} has another {what}: {before} → {after}',
  'difference.path_kind_changed':
    '{path} has another kind: {before, select, directory {folder} file {file} symlink {symbolic link} unreadable {unreadable path} other {something else}} → {after, select, directory {folder} file {file} symlink {symbolic link} unreadable {unreadable path} other {something else}}',
  'difference.roster_entry_appeared':
    'an entry of {os_user} (Telegram id {telegram_id}) appeared on the roster',
  'difference.roster_entry_gone':
    'the entry of {os_user} (Telegram id {telegram_id}) is gone from the roster',
  'difference.roster_entry_changed': 'the entry of {os_user} on the roster was edited: {fields}',
  'difference.owner_changed': 'the account {user} that the config names is another one, or gone',
  'difference.shell_changed':
    "the role's shell is {now, select, there {there} gone {gone} other {{now}}} now",
  'difference.uid_range_changed': 'the range of uids for people is another one: {before} → {after}',
  'difference.template_changed': 'the memory template is another one',
  'difference.role_groups_changed':
    'the role {role} now has the groups{has_gained, select, yes { {gained} too{has_lost, select, yes {,} other {}}} other {}}{has_lost, select, yes { {lost} no more} other {}}',
  'difference.role_group_changed':
    "the role's group {group} is {now, select, there {there} gone {gone} another {another} other {{now}}} now",
  'difference.membership_changed':
    'the account is {now, select, member {member} other {not a member}} of the group {group} now',
  'difference.role_permissions_changed':
    'the role {role} now permits{has_gained, select, yes { {gained} too{has_lost, select, yes {,} other {}}} other {}}{has_lost, select, yes { {lost} no more} other {}}',
  'difference.role_changed':
    "the role {role} has another {what, select, shell {shell} description {description} count {number of approvals} self {requester's own approval} step_up {step-up} expiresMs {time for a decision} other {{what}}}: {before} → {after}",
  'difference.role_gone': 'the role {role} is no longer in the config',
  'difference.services_changed': 'the services to restart are others: {before} → {after}',
  'difference.folders_changed': 'the folders to make are others: {before} → {after}',
  'difference.home_changed': 'the home is elsewhere: {before} → {after}',
  'difference.step_changed': "the step ''{step}'' would do something else",
  'difference.demand_changed':
    "{what, select, consent {the owner's consent} other {a confirmation on a terminal}} is {now, select, needed {needed} other {not needed}} now",
  'difference.approver_lost': '{by}, who approved it, may no longer do so',
  'difference.waited_too_long': 'it was approved at {approved_at} and could not begin within {expires_ms}',
  'difference.chat_frozen': 'approvals in chat were frozen at {at}: those given before count no more',
  'difference.undo_target_changed':
    'run {run} is {state, select, queued {queued} running {running} undoing {undoing} succeeded {succeeded} undone {undone} failed {failed} superseded {superseded} cancelled {cancelled} other {{state}}} now',
  'difference.records_changed': 'what run {run} recorded changed',
  'difference.objection': '{violation}',
  'difference.plan_changed': 'the plan is another one{has_what, select, yes { ({what})} other {}}',
  'difference.and_more': 'and {count} more',
  'returned.drift': 'It came back: something is not as it was when it was approved. Nothing was changed.',
  'returned.retry': 'It is tried again: run {run} was undone.',
  'returned.stale': 'It came back: the approval was too old when its run could begin. Nothing was changed.',
} as const
