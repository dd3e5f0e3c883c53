/** The steps of a run and what is said under each: what will be, is so already, was done, undone or kept. */
export const notesEn = {
  'step.account': 'Account',
  'step.groups': 'Groups',
  'step.data-dirs': 'Folders',
  'step.memory-seed': 'First memory',
  'step.smoke-test': 'Isolation proof and smoke test',
  'step.activation': 'Activation',
  'step.roster': 'Roster',
  'step.service': 'Services',
  'note.account.create':
    'create the account {os_user} with home {home} and shell {shell}; locked and expired until the proof',
  'note.account.created':
    'created the account {os_user}{has_uid, select, yes { (uid {uid})} other {}} with home {home}',
  'note.account.adopt':
    'take the existing account {os_user}{has_uid, select, yes { (uid {uid})} other {}} as it is',
  'note.account.adopted':
    'took the existing account {os_user}{has_uid, select, yes { (uid {uid})} other {}} as it is',
  'note.account.power.groups':
    'the account is in the {group_count, plural, one {group} other {groups}} {groups}',
  'note.account.power.sudo': 'the account has sudo rules: {rules}',
  'note.account.power.linger': 'the account keeps services running while logged out (linger)',
  'note.account.power.keys':
    'the account has {has_count, select, yes {{count, plural, one {1 authorized SSH key} other {# authorized SSH keys}}} other {some authorized SSH keys}}',
  'note.account.last_login': 'the account logged in last at {at}',
  'note.account.removed': 'removed the account {os_user}{has_uid, select, yes { (uid {uid})} other {}}',
  'note.account.processes_ended':
    'ended {has_count, select, yes {{count, plural, one {1 process} other {# processes}}} other {some processes}} of the account',
  'note.account.home_removed': 'removed the home {home}',
  'note.account.home_quarantined':
    'kept what was made in the home {home}: it is at {path} for root to look at',
  'note.account.leftovers_kept':
    'left {has_count, select, yes {{count, plural, one {1 folder} other {# folders}}} other {some folders}} of the account in place, because others put something into it or something is mounted there: {paths}',
  'note.account.kept_not_ours':
    'left the account {os_user} alone: it is no longer the one that this run made',
  'note.groups.add': 'add to the {group_count, plural, one {group} other {groups}} {groups}',
  'note.groups.added': 'added to the {group_count, plural, one {group} other {groups}} {groups}',
  'note.groups.member':
    '{has_groups, select, yes {already in the {group_count, plural, one {group} other {groups}} {groups}} other {no group to add}}',
  'note.groups.left': 'took out of the {group_count, plural, one {group} other {groups}} {groups}',
  'note.dir.make': 'make the folder {path}, owner {owner}{has_mode, select, yes {, mode {mode}} other {}}',
  'note.dir.made': 'made the folder {path}',
  'note.dir.exists': 'the folder {path} is there already',
  'note.dir.removed': 'removed the folder {path}',
  'note.dir.quarantined': 'kept what was in the folder {path}: it is at {kept_at} for root to look at',
  'note.dir.kept': 'left the folder {path} alone: it is no longer as this run left it',
  'note.seed.write': 'write the first memory {path} from the template',
  'note.seed.written': 'wrote the first memory {path}',
  'note.seed.exists': 'the memory {path} is there already',
  'note.seed.removed': 'removed the first memory {path}',
  'note.seed.kept': 'left the memory {path} alone: it was changed since',
  'note.seed.none': 'no memory template is configured',
  'note.smoke.will_prove':
    'prove that the account is isolated from others in both directions, and that its folders and the agent work as that person',
  'note.smoke.isolation_proven':
    'isolation proven in both directions{has_paths, select, yes { ({paths, plural, one {1 path} other {# paths}})} other {}}',
  'note.smoke.isolation_not_applicable': 'isolation not applicable: one user',
  'note.smoke.root_equivalent': 'nobody is isolated from {os_user}, who can become root ({why})',
  'note.smoke.folders_proven':
    'wrote, read back and removed a file in {has_count, select, yes {{count, plural, one {1 folder} other {# folders}}} other {some folders}}',
  'note.smoke.agent_ran':
    'ran the agent command{has_command, select, yes { {command}} other {}}{has_ms, select, yes { ({ms})} other {}}',
  'note.smoke.via_proven': 'the service account {user} can become this person',
  'note.smoke.agent_left_files':
    'the agent command left {has_count, select, yes {{count, plural, one {1 new entry} other {# new entries}}} other {some new entries}} in {has_home, select, yes {{home}} other {the home}}{has_names, select, yes {: {names}} other {}}',
  'note.activation.lift': 'activate the account: lift its expiry',
  'note.activation.lift_on_start':
    'activate the account once {has_telegram_id, select, yes {Telegram id {telegram_id}} other {their Telegram id}} has pressed Start at the bot; until then it stays expired, because the id was not proven that way',
  'note.activation.waits_for_start':
    'the account is not active yet: it becomes active when {has_telegram_id, select, yes {Telegram id {telegram_id}} other {their Telegram id}} presses Start at the bot',
  'note.activation.kept':
    'left the account{has_os_user, select, yes { {os_user}} other {}} as it is: its expiry was changed by hand while it waited',
  'note.activation.lifted': 'activated the account',
  'note.activation.not_needed': 'the account is active already',
  'note.activation.expired_again': 'took access away again: the account is expired',
  'note.roster.append': 'add to the roster{has_role, select, yes { with the role {role}} other {}}',
  'note.roster.appended': 'added to the roster{has_role, select, yes { with the role {role}} other {}}',
  'note.roster.present': 'on the roster already',
  'note.roster.record': 'take over the entry as it stands in the roster, where it was written by hand',
  'note.roster.removed': 'took the entry out of the roster',
  'note.roster.kept': 'left the roster entry alone: it was changed by hand since',
  'note.service.restart': 'restart {unit} and wait until it is active',
  'note.service.reload': 'reload {unit} and wait until it is active',
  'note.service.remind': 'to do by hand: restart {unit}, so that it knows this person',
  'note.service.none': 'no service is configured',
  'note.service.active': '{unit} is active{has_ms, select, yes { ({ms})} other {}}',
  'note.service.settled': 'restarted {unit} once after the undo',
  'note.undo.will_undo': "undo the step ''{step}'' from its record",
} as const
