/** Why a step failed, and why a run does not go on. */
export const failuresEn = {
  'failure.program_failed':
    'cannot finish: {has_program, select, yes {{program}} other {a program}} ended with {has_status, select, yes {status {status}} other {an error}}; see its output',
  'failure.program_missing':
    'cannot run {has_program, select, yes {{program}} other {a program}}: it is not installed; install it and try again',
  'failure.timed_out':
    'cannot wait any longer{has_after_ms, select, yes {: not done after {after_ms}} other {}}; look at the load of the host and try again',
  'failure.account_appeared':
    'cannot create the account {os_user}: it has appeared since the approval; look who made it',
  'failure.account_changed':
    'cannot go on with the account {os_user}: it has changed since the approval; look at it and ask again',
  'failure.account_locked_by_other':
    "{held_by, select, process {cannot change accounts: ''{program}'' (process {pid}) holds {path}; {lock, select, pwd {wait for its end, or end it, and try again} other {wait for its end and try again; if it is no program that changes accounts, remove {path} first}}} empty {cannot change accounts: the lock file {path} is empty, so nobody can be asked; when no program changes accounts, remove it and try again} garbage {cannot change accounts: the lock file {path} names no process; when no program changes accounts, remove it and try again} other {cannot change accounts: another program held {path}; try again}}",
  'failure.uid_range_exhausted': "cannot find a free uid from {min} to {max}: widen 'uids' in the config",
  'failure.group_missing':
    'cannot add to the group {group}: it does not exist any more; create it or change the role',
  'failure.group_appeared':
    'cannot create the account: the group {group} has appeared since the approval; look who made it',
  'failure.path_unsafe':
    'cannot use {path}: {has_why, select, yes {{why}} other {it is not safe}}; correct it and try again',
  'failure.path_occupied': 'cannot make {path}: something else is there; move it away and try again',
  'failure.disk_full':
    'cannot write {has_path, select, yes {{path}} other {a file}}: the disk is full; make room and try again',
  'failure.read_only':
    'cannot write {has_path, select, yes {{path}} other {a file}}: the file system is read-only; remount it and try again',
  'failure.roster_unusable':
    'cannot use the roster{has_path, select, yes { {path}} other {}}: {has_why, select, yes {{why}} other {it cannot be read}}; correct the file by hand',
  'failure.roster_changed':
    'cannot add {has_os_user, select, yes {{os_user}} other {this person}} to the roster: an entry that names this person has appeared since the approval; look at the roster',
  'failure.not_isolated':
    'cannot prove isolation: {has_who, select, yes {{who}} other {somebody}} can reach {has_path, select, yes {{path}} other {what is not theirs}}{has_why, select, yes { ({why})} other {}}; correct owner, mode or groups and try again',
  'failure.folder_not_usable':
    'cannot use the folder {path} as that person: {has_why, select, yes {{why}} other {the system refused}}; correct it and try again',
  'failure.agent_command_failed':
    'cannot run the agent command{has_command, select, yes { {command}} other {}} as that person: it ended with {has_status, select, yes {status {status}} other {an error}}; see its output',
  'failure.probe_failed':
    'cannot prove that the account works: {has_why, select, yes {{why}} other {the probe gave no answer}}',
  'failure.via_failed':
    "cannot become this person as {has_user, select, yes {{user}} other {the service account}}: check 'smoke.via' in the config and the sudo rules",
  'failure.service_not_active':
    'cannot get {unit} active again: it is {has_state, select, yes {{state}} other {not running}}; see journalctl -u {unit}',
  'failure.service_start_limit':
    'cannot start {unit}: its start limit was hit; run systemctl reset-failed {unit} and start it',
  'failure.interrupted': 'cannot tell whether this step was done: the worker was stopped in the middle of it',
  'failure.undo_incomplete':
    'cannot undo everything: {has_why, select, yes {{why}} other {see the output}}; look at what is left',
  'failure.step_unknown':
    'cannot do the step{has_kind, select, yes { {kind}} other {}}: this version of Usher has no such kind of step; run the version that planned it',
  'failure.internal': 'cannot go on: a mistake in Usher itself; please report it with the output below',
  failure_output: '| {line}',
  'stuck.interrupted':
    'it was interrupted and is tried again every {every_ms}: {why, select, disk_full {the disk is full; make room} disk_read_only {the file system is read-only; remount it} other {a mistake in Usher, see its log}} (since {since})',
  'stuck.lock':
    'it waits for the lock of the account database{has_path, select, yes { {path}} other {}}{has_pid, select, yes {, held by {has_program, select, yes {{program}} other {a process}} ({pid})} other {}} (since {since})',
  'stuck.slow_step':
    "the step ''{step}'' takes longer than usual ({usual_ms}); at the latest after {deadline_ms} it is ended (since {since})",
  'stuck.clock_behind':
    'the clock says {now}, but it was approved at {approved_at}; set the clock (since {since})',
  'stuck.other_run': 'it waits for run {run} of the same person (since {since})',
  'stuck.turn':
    'it waits for its turn: {has_running, select, yes {{running}} other {some}} others are under way (since {since})',
} as const
