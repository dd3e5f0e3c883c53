import { plain } from './plain.ts'
import type { Words } from './words.ts'

/** The fields that have a name for people, as the protocol calls them. */
export const FIELDS = [
  ...(['telegram_id', 'name', 'os_user', 'role', 'account', 'reason', 'proof', 'github'] as const),
  ...(['workspace_base', 'model', 'agent_backend', 'max_budget', 'github_repos'] as const),
  ...(['github_notify_chat_id', 'pr_review', 'issue_triage', 'groups', 'shell', 'home'] as const),
  ...(['roster', 'id', 'digest', 'code'] as const),
]

/** What people call the field that the protocol calls `field`; `github_repos.0` is `GitHub repositories, entry 1`. */
export function fieldLabel(words: Words, field: string): string {
  const [head = '', ...rest] = field.split('.')
  const known = FIELDS.find((one) => one === head)
  const label = known === undefined ? plain(head, 60).replaceAll('_', ' ') : words.say(`field.${known}`)
  if (rest.length === 0) return label
  if (rest.length === 1 && /^[0-9]{1,6}$/.test(rest[0] ?? '')) {
    return words.say('field_entry', { label, number: Number(rest[0]) + 1 })
  }
  return words.say('field_part', { label, part: plain(rest.join('.'), 60) })
}

/** Several of them, as one harmless line. */
export function fieldLabels(words: Words, fields: readonly string[]): string {
  return fields.map((field) => fieldLabel(words, field)).join(', ')
}
