/** One thing that is wrong with an input. `code` is stable; the words for people are made in `src/texts/`. */
export interface Violation {
  /** Path of the offending field as the protocol names it, e.g. `os_user` or `github_repos.0`. */
  field: string
  code: ViolationCode
  params?: Record<string, string | number>
}

/**
 * Every way in which an input can be refused. A new rule adds its code here and its words in
 * `src/texts/violations.ts`, which does not compile without them.
 */
export const VIOLATION_CODES = [
  'required',
  'unknown_field',
  'wrong_type',
  'telegram_id_invalid',
  'telegram_id_on_roster',
  'os_user_syntax',
  'os_user_too_long',
  'os_user_only_digits',
  'os_user_reserved',
  'os_user_exists',
  'os_user_missing',
  'account_not_created_here',
  'os_user_not_a_person',
  'os_user_not_yours',
  'os_user_on_roster',
  'os_user_group_exists',
  'uid_on_roster',
  'held_by_request',
  'role_unknown',
  'role_not_grantable',
  'name_invalid',
  'github_login_invalid',
  'github_repo_invalid',
  'chat_id_invalid',
  'budget_invalid',
  'text_too_long',
  'text_has_control_characters',
  'path_not_absolute',
  'path_not_allowed',
  'path_is_symlink',
  'path_not_a_directory',
  'path_wrong_owner',
  'path_writable_by_others',
  'path_unreadable',
  'group_missing',
  'owner_unknown',
  'adoption_reason_required',
  'home_unusable',
  'shell_missing',
  'program_missing',
  'template_unreadable',
  'roster_unusable',
  'roster_entry_changed',
  'entry_gone',
  'edit_nothing',
  'edit_two_persons',
  'edit_waits_for_start',
  'disk_full',
  'disk_read_only',
] as const
export type ViolationCode = (typeof VIOLATION_CODES)[number]
