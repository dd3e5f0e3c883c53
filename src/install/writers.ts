import { type Dirent, lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseGroup, parsePasswd } from '../provisioning/host/accounts/passwd.ts'
import { accessLists } from '../provisioning/host/isolation/isolation-facts.ts'
import type { Programs } from '../provisioning/host/programs/programs.ts'

/** Who can change what is in a folder, root aside. */
export type Writers =
  | { kind: 'root' }
  /** One account, and nobody else. */
  | { kind: 'one'; uid: number; name: string }
  /** Several, or everybody; `path` is one that shows it. */
  | { kind: 'others'; path: string; why: string }

type Shared = { path: string; mode: number }

/** How many files are asked about at once: what `ls` says of them is less than what is kept of a program's output. */
const ASKED_AT_ONCE = 30

/**
 * Looks at the folder, everything in it and every folder above it. Where the mode lets a group of one person's own write, an access
 * list may hide behind it and let others write (acl(5)); so those are asked for one.
 */
export async function writersOf(programs: Pick<Programs, 'run'>, folder: string): Promise<Writers> {
  const shared: Shared[] = []
  const writers = writersByMode(folder, shared)
  for (let from = 0; writers.kind !== 'others' && from < shared.length; from += ASKED_AT_ONCE) {
    const asked = shared.slice(from, from + ASKED_AT_ONCE)
    const lists = await accessLists(programs, asked)
    const open = asked.find(({ path }) => lists.get(path) !== false)
    if (open === undefined) continue
    const why =
      lists.get(open.path) === true
        ? 'it has an access list, which lets others write (see getfacl; setfacl -b takes it away)'
        : 'it cannot be learnt whether an access list lets others write; chmod g-w on it'
    return { kind: 'others', path: open.path, why }
  }
  return writers
}

/** Looks at the folder, everything in it and every folder above it. Links are looked at themselves; where they lead is looked at where it lies. `shared` gets what a group may write. */
function writersByMode(folder: string, shared: Shared[]): Writers {
  const accounts = parsePasswd(readFileSync('/etc/passwd', 'utf8'))
  const groups = parseGroup(readFileSync('/etc/group', 'utf8'))
  const nameOf = (uid: number) => accounts.find((one) => one.uid === uid)?.name ?? `uid ${uid}`
  /** A group of one person's own, as most distributions give everybody one. */
  const isOnly = (gid: number, uid: number) => {
    const members = groups.find((one) => one.gid === gid)?.members ?? []
    const primary = accounts.filter((one) => one.gid === gid)
    return (
      members.every((name) => name === nameOf(uid)) &&
      primary.every((one) => one.uid === uid || one.uid === 0)
    )
  }
  let single: number | null = null
  const look = (path: string, stat: Stats, sticky: boolean): Writers | null => {
    if (stat.uid !== 0) {
      if (single !== null && single !== stat.uid)
        return {
          kind: 'others',
          path,
          why: `it belongs to ${nameOf(stat.uid)}, other things to ${nameOf(single)}`,
        }
      single = stat.uid
    }
    if (stat.isSymbolicLink()) return null
    if ((stat.mode & 0o002) !== 0 && !sticky)
      return { kind: 'others', path, why: 'everybody can write to it' }
    if ((stat.mode & 0o020) !== 0 && !sticky && stat.gid !== 0 && !isOnly(stat.gid, single ?? 0)) {
      const name = groups.find((one) => one.gid === stat.gid)?.name ?? stat.gid
      return { kind: 'others', path, why: `the group ${name} can write to it` }
    }
    if ((stat.mode & 0o020) !== 0 && !sticky) shared.push({ path, mode: stat.mode })
    return null
  }
  for (let at = dirname(folder); ; at = dirname(at)) {
    const stat = lstatSync(at)
    const found = look(at, stat, (stat.mode & 0o1000) !== 0)
    if (found !== null) return found
    if (at === '/') break
  }
  const walk = (path: string, entry: Pick<Dirent, 'isDirectory'>): Writers | null => {
    const found = look(path, lstatSync(path), false)
    if (found !== null || !entry.isDirectory()) return found
    for (const inside of readdirSync(path, { withFileTypes: true })) {
      const problem = walk(join(path, inside.name), inside)
      if (problem !== null) return problem
    }
    return null
  }
  const problem = walk(folder, lstatSync(folder))
  if (problem !== null) return problem
  return single === null ? { kind: 'root' } : { kind: 'one', uid: single, name: nameOf(single) }
}
