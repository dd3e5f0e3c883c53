import type { GroupEntry, PasswdEntry } from '../../../domain/facts.ts'

/**
 * The text files of the account database: passwd(5), group(5), shadow(5), login.defs(5). Pure. Malformed lines are
 * skipped as the C library does; of two lines with one name the first counts.
 */

/** The entries of passwd(5), in the order of the file. */
export function parsePasswd(text: string): PasswdEntry[] {
  return fieldsOf(text).flatMap((fields) => {
    const [name, , uid, gid, gecos, home, shell] = fields
    if (fields.length !== 7 || !name || !isNumber(uid) || !isNumber(gid)) return []
    return [{ name, uid: Number(uid), gid: Number(gid), gecos: gecos!, home: home!, shell: shell! }]
  })
}

/** The entries of group(5), in the order of the file; members without those whose primary group it is. */
export function parseGroup(text: string): GroupEntry[] {
  return fieldsOf(text).flatMap((fields) => {
    const [name, , gid, members] = fields
    if (fields.length !== 4 || !name || !isNumber(gid)) return []
    return [{ name, gid: Number(gid), members: members!.split(',').filter((member) => member !== '') }]
  })
}

/** What shadow(5) says about logging in. */
export interface ShadowEntry {
  name: string
  /** The password field begins with `!` or is `*`: no password matches. */
  locked: boolean
  /** Days since 1970-01-01 from which on the account is expired; null: never. */
  expireDay: number | null
}

/** What shadow(5) says about logging in, never a hash. */
export function parseShadow(text: string): ShadowEntry[] {
  return fieldsOf(text).flatMap((fields) => {
    const [name, password, , , , , , expire] = fields
    if (fields.length !== 9 || !name || password === undefined) return []
    const locked = password.startsWith('!') || password.startsWith('*')
    return [{ name, locked, expireDay: isNumber(expire) ? Number(expire) : null }]
  })
}

/** Whether a line of a colon-separated file begins with this name. */
export function namesLine(text: string, name: string): boolean {
  return text.startsWith(`${name}:`) || text.includes(`\n${name}:`)
}

/** `KEY value` of login.defs(5), or `KEY=value` of /etc/default/useradd; the last one counts. */
export function settingOf(text: string, key: string): string | null {
  let found: string | null = null
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Za-z_]+)(?:\s*=\s*|\s+)(\S+)\s*$/.exec(line.replace(/\s+#.*$/, ''))
    if (match?.[1] === key) found = match[2]!.replace(/^"(.*)"$/, '$1')
  }
  return found
}

/** The sources of nsswitch.conf(5) for a database beyond the local files and what systemd makes up. */
export function foreignSources(nsswitch: string, database: string): string[] {
  const line = nsswitch.split('\n').find((text) => text.trim().startsWith(`${database}:`))
  if (line === undefined) return []
  const sources = line
    .slice(line.indexOf(':') + 1)
    .replace(/#.*$/, '')
    .replace(/\[[^\]]*\]/g, ' ')
    .split(/\s+/)
  return sources.filter((source) => !['', 'files', 'compat', 'db', 'systemd'].includes(source))
}

function fieldsOf(text: string): string[][] {
  return text.split('\n').flatMap((line) => (line === '' || line.startsWith('#') ? [] : [line.split(':')]))
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^[0-9]{1,10}$/.test(text)
}
