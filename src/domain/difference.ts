/**
 * What is not as it was when a plan was approved. A code with its values; the words for people are in
 * `src/texts/differences.ts`, which does not compile without them. Values are raw: escaped where they are shown.
 */
export const DIFFERENCE_CODES = [
  // the account
  'account_appeared', // {os_user, uid}
  'account_gone', // {os_user}
  'account_changed', // {os_user, what, before, after}
  'account_expiry_changed', // {os_user, now: expired | active}
  'account_groups_changed', // {os_user, gained?, lost?}
  'account_sudo_changed', // {os_user, before, after} counts of rules
  'account_linger_changed', // {os_user, now: on | off}
  'account_keys_changed', // {os_user, before, after}
  'group_appeared', // {group, gid}
  'group_gone', // {group}
  'group_changed', // {group, before, after}
  // what is there
  'path_appeared', // {path, kind, uid?, mode?}
  'path_gone', // {path, kind}
  'path_changed', // {path, what, before, after}
  'roster_entry_appeared', // {os_user, telegram_id}
  'roster_entry_gone', // {os_user, telegram_id}
  'roster_entry_changed', // {os_user, fields}
  'owner_changed', // {user}
  'shell_changed', // {now: there | gone}
  'uid_range_changed', // {before, after}
  'template_changed', // {}
  // the role and the config
  'role_groups_changed', // {role, gained?, lost?}
  'role_group_changed', // {group, now: there | gone | another}
  'membership_changed', // {group, now: member | not a member}
  'role_permissions_changed', // {role, gained?, lost?}
  'role_changed', // {role, what, before, after}
  'role_gone', // {role}
  'services_changed', // {before, after}
  'folders_changed', // {before, after}
  'home_changed', // {before, after}
  'step_changed', // {kind}
  'demand_changed', // {what: terminal | consent, now: needed | not needed}
  // who decided, and when
  'approver_lost', // {by}
  'waited_too_long', // {approved_at, expires_ms}
  'chat_frozen', // {at}
  // an undo
  'undo_target_changed', // {run, state}
  'records_changed', // {run}
  // what speaks against the plan as it would be now
  'objection', // {field, violation, ...its own}
  'plan_changed', // {what?}
  'and_more', // {count}
] as const
export type DifferenceCode = (typeof DIFFERENCE_CODES)[number]

export interface Difference {
  code: DifferenceCode
  params?: Record<string, string | number>
}

/** Why an approved request is up for decision again. `stale`: its run could not begin while the approval was good. */
export const RETURN_KINDS = ['drift', 'retry', 'stale'] as const
export type ReturnKind = (typeof RETURN_KINDS)[number]

/** How a request came back as its present revision. */
export interface Returned {
  kind: ReturnKind
  /** The run that did not begin, or that was undone. */
  runId: number
  differences: Difference[]
}
