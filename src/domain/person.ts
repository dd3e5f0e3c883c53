/**
 * A person as an entry of the roster's `users:` list spells it: the roster's own key names, because this shape is
 * what other programs read. Keys that Usher does not know stay in the file and are not part of this type.
 */
export interface RosterEntry {
  telegram_id: number
  name: string
  os_user: string
  role: string
  github?: string
  workspace_base?: string
  model?: string
  agent_backend?: string
  /** Currency units a month, positive. */
  max_budget?: number
  /** `owner/repo` each. */
  github_repos?: string[]
  /** Telegram chat id; negative for groups. */
  github_notify_chat_id?: number
  pr_review?: boolean
  issue_triage?: boolean
}

/** How the admin came to know that this Telegram id belongs to this human; shown on the card. */
export type IdentityProof = 'started' | 'picker' | 'forward' | 'contact' | 'typed'

/** What was answered about a new person: the roster entry to be, and how to come by the account. */
export interface OnboardAnswers extends RosterEntry {
  /** Make a new account, or take over an existing one untouched. */
  account: 'create' | 'adopt'
  proof: IdentityProof
  /** Why an existing account is adopted; required with `adopt` when uid 0 confirms instead of its owner. */
  reason?: string
}

/** Defaults that a person inherits when the roster entry is silent. */
export const INHERITED_KEYS = ['workspace_base', 'model', 'agent_backend', 'max_budget'] as const
export type InheritedKey = (typeof INHERITED_KEYS)[number]

/** What GitHub events of a person's repositories lead to. */
export const ROUTING_KEYS = ['github_repos', 'github_notify_chat_id', 'pr_review', 'issue_triage'] as const

/** All that an entry need not say, in the order in which it is asked, shown and written. */
export const OPTIONAL_KEYS = [
  'github',
  ...INHERITED_KEYS,
  ...ROUTING_KEYS,
] as const satisfies readonly (keyof RosterEntry)[]

/** What every entry says, in the order in which it is asked, shown and written. */
export const REQUIRED_KEYS = [
  'telegram_id',
  'name',
  'os_user',
  'role',
] as const satisfies readonly (keyof RosterEntry)[]

/** All that an entry can say, in the order in which it is written. */
export const ENTRY_KEYS = [...REQUIRED_KEYS, ...OPTIONAL_KEYS] as const
export type EntryKey = (typeof ENTRY_KEYS)[number]

/** Who somebody is and what they may do: changing one of these needs more than their role's policy. */
export const IDENTITY_KEYS = ['telegram_id', 'os_user', 'role'] as const satisfies readonly EntryKey[]

/** The keys in which two entries differ, in the order in which entries are written. */
export function changedKeys(before: RosterEntry, after: RosterEntry): EntryKey[] {
  return ENTRY_KEYS.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
}

/** `entry` with the values that `changed` has for these keys; a key that it does not have goes. */
export function withChanges(
  entry: RosterEntry,
  changed: Partial<RosterEntry>,
  keys: readonly EntryKey[],
): RosterEntry {
  const kept = Object.entries(entry).filter(([key]) => !keys.some((one) => one === key))
  const added = keys.flatMap((key) => (changed[key] === undefined ? [] : [[key, changed[key]] as const]))
  return Object.fromEntries([...kept, ...added]) as unknown as RosterEntry
}
