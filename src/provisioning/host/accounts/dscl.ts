import type { GroupEntry, PasswdEntry } from '../../../domain/facts.ts'

/**
 * What dscl(1) of macOS prints. Pure.
 *
 * A record is lines of `Name: value`; a value that has a blank in it stands on lines of its own below, each after one blank, and a
 * list of words stands on one line. `-readall` puts a line with `-` between records. An attribute that is not there is said on
 * stderr or as `No such key: Name`. A record that is not there: `<dscl_cmd> DS Error: -14136 (eDSRecordNotFound)`, status 56.
 */
export type Attributes = ReadonlyMap<string, string>

/** The records of `dscl . -read` (one) or `-readall`. */
export function parseRecords(text: string): Attributes[] {
  return text
    .split(/^-$/m)
    .map(parseRecord)
    .filter((record) => record.size > 0)
}

function parseRecord(text: string): Attributes {
  const attributes = new Map<string, string>()
  let last: string | null = null
  for (const line of text.split('\n')) {
    const below = /^ (.*)$/.exec(line)
    if (below !== null && last !== null) {
      const before = attributes.get(last) ?? ''
      attributes.set(last, before === '' ? below[1]! : `${before}\n${below[1]!}`)
      continue
    }
    // dsAttrTypeStandard:RealName is RealName; names of attributes have no blank.
    const match = /^(?:dsAttrType(?:Standard|Native):)?([A-Za-z_][\w-]*):(?: (.*))?$/.exec(line)
    last = match?.[1] ?? null
    if (match !== null && last !== null && last !== 'key') attributes.set(last, match[2] ?? '')
  }
  return attributes
}

/** A person's record as passwd(5) has it; null when it is not whole. */
export function userOf(record: Attributes): PasswdEntry | null {
  // Other names of the same record follow the first.
  const name = wordsOf(record.get('RecordName'))[0]
  const [uid, gid] = [numberOf(record.get('UniqueID')), numberOf(record.get('PrimaryGroupID'))]
  const home = record.get('NFSHomeDirectory')
  if (name === undefined || uid === null || gid === null || home === undefined) return null
  const gecos = (record.get('RealName') ?? '').replaceAll(/[:\n]/g, ' ')
  return { name, uid, gid, gecos, home, shell: record.get('UserShell') ?? '/usr/bin/false' }
}

/** A group's record as group(5) has it; members of groups within it are not among its members. */
export function groupOf(record: Attributes): GroupEntry | null {
  const name = wordsOf(record.get('RecordName'))[0]
  const gid = numberOf(record.get('PrimaryGroupID'))
  if (name === undefined || gid === null) return null
  return { name, gid, members: wordsOf(record.get('GroupMembership')) }
}

/** Whether nobody can log in: `;DisabledUser;` before the other ways to prove oneself. */
export function isDisabled(record: Attributes): boolean {
  return (record.get('AuthenticationAuthority') ?? '').includes(';DisabledUser;')
}

/** Whether dscl says that there is no such record, rather than that it could not look. */
export function saysNotFound(stderr: string): boolean {
  return stderr.includes('eDSRecordNotFound')
}

/** What `dseditgroup -o checkmember` answers: `yes NAME is a member of GROUP` or `no NAME is NOT a member of GROUP`. */
export function saysMember(stdout: string): boolean | null {
  const word = /^(yes|no) /.exec(stdout.trim())?.[1]
  return word === undefined ? null : word === 'yes'
}

function wordsOf(value: string | undefined): string[] {
  return (value ?? '').split(/\s+/).filter((word) => word !== '')
}

/** Uids are 32 bits without a sign, but nobody's is printed as -2: it is no person's and left out. */
function numberOf(value: string | undefined): number | null {
  return value !== undefined && /^[0-9]{1,10}$/.test(value.trim()) ? Number(value) : null
}
