import type { Violation } from './violation.ts'

/** `useradd(8)` NAME rules, narrowed: lower case ASCII, no trailing `$`, at most 32 characters, not only digits. */
const SYNTAX = /^[a-z_][a-z0-9_-]{0,31}$/

/** Names that never belong to a person, whatever the passwd file of this host says. */
const RESERVED = new Set([
  ...[
    'root',
    'daemon',
    'bin',
    'sys',
    'sync',
    'games',
    'man',
    'lp',
    'mail',
    'news',
    'uucp',
    'proxy',
    'www-data',
  ],
  ...[
    'backup',
    'list',
    'irc',
    'gnats',
    'nobody',
    'nogroup',
    'messagebus',
    'sshd',
    'systemd-network',
    'operator',
  ],
  ...[
    'systemd-resolve',
    'systemd-timesync',
    'systemd-journal',
    'adm',
    'shadow',
    'sudo',
    'wheel',
    'docker',
    'lxd',
  ],
  ...[
    'disk',
    'kmem',
    'tty',
    'staff',
    'users',
    'admin',
    'administrator',
    'usher',
    'usher-bot',
    'usher-witness',
  ],
])

/**
 * What is wrong with `name` as the OS user of a person, syntactically; empty when nothing is. Whether the
 * account exists or is free is a fact of the host and not asked here.
 *
 * @param alsoReserved names that this host's config reserves (the bot's account, service accounts)
 */
export function osUserViolations(name: string, alsoReserved: Iterable<string> = []): Violation[] {
  const field = 'os_user'
  if (name.length > 32) return [{ field, code: 'os_user_too_long', params: { length: name.length } }]
  if (/^[0-9]+$/.test(name)) return [{ field, code: 'os_user_only_digits', params: { value: name } }]
  if (!SYNTAX.test(name)) return [{ field, code: 'os_user_syntax', params: { value: name } }]
  if (RESERVED.has(name) || new Set(alsoReserved).has(name)) {
    return [{ field, code: 'os_user_reserved', params: { value: name } }]
  }
  return []
}

/** Up to `limit` valid OS user names made from a display name and an optional Telegram username, best first. */
export function suggestOsUsers(displayName: string, username?: string, limit = 3): string[] {
  const words = displayName
    .normalize('NFKD')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
  const [first, ...rest] = words
  const last = rest.at(-1)
  const candidates = [
    first,
    username?.toLowerCase().replace(/[^a-z0-9_-]/g, ''),
    first && last ? `${first}.${last}`.replace('.', '-') : undefined,
    first && last ? `${first[0]}${last}` : undefined,
  ]
  const valid = candidates.filter(
    (name): name is string => name !== undefined && osUserViolations(name).length === 0,
  )
  return [...new Set(valid)].slice(0, limit)
}
