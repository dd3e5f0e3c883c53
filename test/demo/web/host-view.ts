/** The host as the page shows it beside the phones: the proof that something happened. */
import { readFileSync } from 'node:fs'

export interface HostView {
  /** People's accounts with their groups, as id(1) would name them; absent in single-user mode. */
  accounts?: { name: string; uid: number; groups: string[] }[]
  /** The text of the roster. */
  roster: string
}

const FIRST_PERSON = 1000
const LAST_PERSON = 59_999

/**
 * Looks at the roster and, where the host is the demo's own copy of a machine, at its accounts, but for those that were
 * there before the demo.
 */
export function createHostLook(accounts: 'shown' | 'not shown'): (places: { roster: string }) => HostView {
  const look = () => accountsOf(read('/etc/passwd'), read('/etc/group'))
  const before = new Set(look().map(({ name }) => name))
  return ({ roster }) =>
    accounts === 'shown'
      ? { roster: read(roster), accounts: look().filter(({ name }) => !before.has(name)) }
      : { roster: read(roster) }
}

/** Reads passwd(5) and group(5). */
export function accountsOf(passwd: string, group: string): NonNullable<HostView['accounts']> {
  const groups = rows(group).map(([name = '', , gid, members = '']) => ({
    name,
    gid: Number(gid),
    members: members.split(','),
  }))
  return rows(passwd)
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid }) => uid >= FIRST_PERSON && uid <= LAST_PERSON)
    .map(({ name, uid, gid }) => ({
      name,
      uid,
      groups: groups.filter((one) => one.gid === gid || one.members.includes(name)).map((one) => one.name),
    }))
}

const rows = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(':'))

/** Empty while a file is being replaced, or when it is not there. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
