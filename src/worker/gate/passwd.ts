import { readFileSync, statSync } from 'node:fs'

/** The accounts of passwd(5) at one moment. */
export interface Accounts {
  /** Names of all accounts with this uid, in the file's order; empty when no entry names it. */
  namesOf(uid: number): readonly string[]
  uidOf(name: string): number | null
}

/** The accounts as the file has them now. */
export type Passwd = () => Accounts

/** A file changed in the last moment may change again within one tick of the file system's clock. */
const SETTLED_MS = 50

/**
 * Accounts of the passwd file. It is read again whenever its identity (device, inode, size, times) is another than that of
 * the copy in memory, so an account that was removed is unknown to the very next request.
 *
 * Only the file counts: directory services behind nsswitch.conf give nobody an identity here.
 */
export function createPasswd(file = '/etc/passwd', clock: () => number = Date.now): Passwd {
  let known: { identity: string; accounts: Accounts } | null = null
  return () => {
    const stat = statSync(file, { bigint: true })
    const identity = [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(':')
    if (known?.identity === identity) return known.accounts
    const accounts = parse(readFileSync(file, 'utf8'))
    known = clock() - Number(stat.ctimeMs) > SETTLED_MS ? { identity, accounts } : null
    return accounts
  }
}

function parse(text: string): Accounts {
  const names = new Map<number, string[]>()
  const uids = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [name, , uidText] = line.split(':')
    if (!name || !uidText || !/^[0-9]+$/.test(uidText)) continue
    const uid = Number(uidText)
    names.set(uid, [...(names.get(uid) ?? []), name])
    // As getpwnam(3): the first line of a name wins.
    if (!uids.has(name)) uids.set(name, uid)
  }
  return { namesOf: (uid) => names.get(uid) ?? [], uidOf: (name) => uids.get(name) ?? null }
}
