import { plain } from './plain.ts'

const LABELS: Readonly<Record<string, string>> = {
  telegram_id: 'Telegram id',
  name: 'name',
  os_user: 'OS user',
  role: 'role',
  account: 'account',
  reason: 'reason',
  proof: 'how the id was proven',
  github: 'GitHub login',
  workspace_base: 'workspace',
  model: 'model',
  agent_backend: 'agent backend',
  max_budget: 'monthly budget',
  github_repos: 'GitHub repositories',
  github_notify_chat_id: 'GitHub notification chat',
  pr_review: 'PR review',
  issue_triage: 'issue triage',
  groups: 'groups',
  shell: 'shell',
  home: 'home',
  roster: 'roster',
  id: 'id',
  digest: 'digest',
  code: 'code',
}

/** What people call the field that the protocol calls `field`; `github_repos.0` is `GitHub repositories, entry 1`. */
export function fieldLabel(field: string): string {
  const [head = '', ...rest] = field.split('.')
  const label = Object.hasOwn(LABELS, head) ? (LABELS[head] as string) : plain(head, 60).replaceAll('_', ' ')
  const index = rest.length === 1 && /^[0-9]+$/.test(rest[0] ?? '') ? Number(rest[0]) + 1 : null
  if (index !== null) return `${label}, entry ${index}`
  return rest.length === 0 ? label : `${label} (${plain(rest.join('.'), 60)})`
}
