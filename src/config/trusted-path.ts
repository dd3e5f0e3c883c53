import { lstatSync, readFileSync, readlinkSync, realpathSync, type Stats } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { shellWord } from '../domain/shell-word.ts'

/** Who may be able to change something, and which ways to it are good enough. */
export interface PathTrust {
  /** Uids that may own it and everything above it. */
  owners: readonly number[]
  /**
   * `strict`: what SafeFiles, the worker's hands, go by in a system: no symbolic link on the way and no folder with a sticky
   * bit. `lenient`: a link of a trusted owner is followed, and /tmp with its sticky bit may be on the way, because there
   * nobody replaces what is not theirs; for what is one person's own.
   */
  way: 'strict' | 'lenient'
  /** Where somebody else's file system is mounted, whose owners and modes are that somebody's to say. */
  foreignMounts?: readonly string[]
}

/** Why somebody who is not trusted can change or replace something. */
export interface Distrust {
  /** The file or folder that gives it away, which may be one above what was asked for. */
  path: string
  reason: 'owner' | 'writable' | 'sticky' | 'link' | 'mount'
  /** Whose it is; -1 where nobody was asked. */
  uid: number
  gid: number
  mode: number
  /** "cannot trust …": path, owner and mode, and what to do. */
  message: string
  /** The command that mends it; null where only a person can decide. */
  mend: string | null
}

/** Links in / that come with macOS: no more than other names of folders that are the system's anyway. */
const LINKS_OF_THE_SYSTEM: ReadonlyMap<string, string> = new Map(
  ['etc', 'tmp', 'var'].map((name) => [`/${name}`, `private/${name}`]),
)

/**
 * Why somebody other than the trusted could put something else at `path`, or null: every folder on the way to it is looked
 * at, / included. What cannot be seen is not judged: whoever opens it says that better.
 *
 * An ACL that lets others write shows in the group's bits of the mode, which are its mask then (acl(5)); taking them away,
 * as the advice does, takes it from all of them.
 */
export function distrustOfWay(path: string, trust: PathTrust): Distrust | null {
  const folder = dirname(resolve(path))
  const literal = distrustOfFolders(folder, trust)
  if (literal !== null) return literal
  try {
    const real = realpathSync(folder)
    return real === folder ? null : distrustOfFolders(real, trust)
  } catch {
    return null
  }
}

function distrustOfFolders(folder: string, trust: PathTrust): Distrust | null {
  let at: string = sep
  for (const name of ['', ...folder.split(sep).filter((part) => part !== '')]) {
    at = join(at, name)
    const stat = look(at)
    if (stat === null) return null
    const distrust = stat.isSymbolicLink() ? distrustOfLink(at, stat, trust) : distrustOf(at, stat, trust)
    if (distrust !== null && !(distrust.reason === 'sticky' && trust.way === 'lenient')) return distrust
  }
  return null
}

/**
 * Why somebody other than the trusted can change this file or folder itself, or null. `sticky`: a folder in which others can
 * make things but replace nothing.
 */
export function distrustOf(path: string, stat: Stats, trust: PathTrust): Distrust | null {
  if (trust.foreignMounts?.some((mount) => mount === path)) {
    const text = `somebody who is not root has mounted a file system of their own there`
    return told(path, stat, 'mount', text, `umount ${shellWord(path)}`)
  }
  if (!trust.owners.includes(stat.uid)) return belongsToSomebodyElse(path, stat, trust)
  if ((stat.mode & 0o022) === 0) return null
  const sticky = stat.isDirectory() && stat.uid === 0 && (stat.mode & 0o1000) !== 0
  const mend = `chmod go-w ${shellWord(path)}`
  if (!sticky) return told(path, stat, 'writable', `others can write to it`, mend)
  const text = 'others can write to it, although its sticky bit keeps them from replacing'
  return told(path, stat, 'sticky', text, null)
}

function distrustOfLink(path: string, stat: Stats, trust: PathTrust): Distrust | null {
  if (!trust.owners.includes(stat.uid)) return belongsToSomebodyElse(path, stat, trust)
  if (trust.way === 'lenient' || isOfTheSystem(path)) return null
  const real = realpathOf(path)
  const text = `it is a symbolic link${real === null ? '' : ` to ${JSON.stringify(real)}; name the real path`}`
  return told(path, stat, 'link', text, null)
}

function belongsToSomebodyElse(path: string, stat: Stats, trust: PathTrust): Distrust {
  const wanted = trust.owners.map((uid) => (uid === 0 ? 'root' : `uid ${uid}`)).join(' or ')
  const owner = trust.owners.at(-1) === 0 ? 'root' : String(trust.owners.at(-1))
  const text = `it belongs to uid ${stat.uid}; it must belong to ${wanted}`
  return told(path, stat, 'owner', text, `chown -h ${owner} ${shellWord(path)}`)
}

function told(
  path: string,
  { uid, gid, mode }: Stats,
  reason: Distrust['reason'],
  text: string,
  mend: string | null,
): Distrust {
  const is = `owner ${uid}, group ${gid}, mode ${(mode & 0o7777).toString(8).padStart(4, '0')}`
  const advice = mend === null ? '; use a folder where only root can write' : `; run ${mend}`
  const message = `cannot trust ${JSON.stringify(path)}: ${text} (${is})${reason === 'link' ? '' : advice}`
  return { path, reason, uid, gid, mode: mode & 0o7777, message, mend }
}

/**
 * Mount points of file systems that somebody other than root serves (FUSE): what `stat` says there is theirs to choose, and
 * `allow_other` lets root see it. proc_pid_mountinfo(5): the fifth field is the mount point, with octal escapes; after the
 * dash come type, source and options, and mount.fuse's `user_id` says who mounted.
 */
export function foreignMounts(mountinfo: string): string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const [type = '', , options = ''] = after.split(' ')
    const owner = /(?:^|,)user_id=([0-9]+)/.exec(options)?.[1]
    if (!type.startsWith('fuse') || owner === undefined || owner === '0') return []
    const point = before.split(' ')[4] ?? ''
    return [point.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)))]
  })
}

/** `foreignMounts` of this process; none where the kernel does not say. */
export function readForeignMounts(): string[] {
  try {
    return foreignMounts(readFileSync('/proc/self/mountinfo', 'utf8'))
  } catch {
    return []
  }
}

function look(path: string): Stats | null {
  try {
    return lstatSync(path)
  } catch {
    return null
  }
}

function isOfTheSystem(path: string): boolean {
  const wanted = LINKS_OF_THE_SYSTEM.get(path)
  return wanted !== undefined && readlinkSync(path) === wanted
}

function realpathOf(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}
