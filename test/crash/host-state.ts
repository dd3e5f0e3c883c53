/** All of a host that a run may touch, down to bytes, owners and modes; and what differs between two looks. */
import { createHash } from 'node:crypto'
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { SYSTEM_PLACES } from '../support/stage/system-installation.ts'
import { ipcObjects } from './leftovers.ts'

const PLACES = [
  ...['/etc', '/home', SYSTEM_PLACES.state, '/var/lib/systemd/linger', '/var/mail', '/var/spool'],
  ...['/dev/shm', '/run/user', '/run/lock'],
]
/** Their lines are looked at one by one. */
const ACCOUNT_FILES = ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map(
  (name) => `/etc/${name}`,
)
/** Previous versions that the account tools keep, their lock file that is there for good; the worker's database and its lock. */
const IGNORED =
  /^\/etc\/(?:(?:passwd|shadow|group|gshadow|subuid|subgid)-|\.pwd\.lock)$|^\/var\/lib\/usher\/usher\.db/

/** Path, or `file: line's name`, → all that counts about it. */
export type HostState = ReadonlyMap<string, string>

export interface HostLook {
  look(): HostState
}

/** Reads a file again only when its inode says that it changed: its change time cannot be set. */
export function createHostLook(): HostLook {
  const hashes = new Map<string, { version: string; hash: string }>()
  const hashOf = (path: string, stats: BigIntStats) => {
    const version = `${stats.dev} ${stats.ino} ${stats.ctimeNs} ${stats.mtimeNs} ${stats.size}`
    const known = hashes.get(path)
    if (known?.version === version) return known.hash
    const hash = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 20)
    hashes.set(path, { version, hash })
    return hash
  }
  const describe = (path: string, stats: BigIntStats) => {
    const owner = `${stats.uid}:${stats.gid} ${(Number(stats.mode) & 0o7777).toString(8).padStart(4, '0')}`
    if (stats.isSymbolicLink()) return `symlink ${stats.uid}:${stats.gid} → ${readlinkSync(path)}`
    if (stats.isDirectory()) return `directory ${owner}`
    return stats.isFile() ? `file ${owner} ${hashOf(path, stats)}` : `other ${owner}`
  }
  return {
    look() {
      const state = new Map<string, string>()
      const visit = (path: string) => {
        if (IGNORED.test(path)) return
        const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
        if (stats === undefined) return void state.set(path, 'absent')
        state.set(path, describe(path, stats))
        if (stats.isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name))
      }
      for (const place of PLACES) visit(place)
      for (const file of ACCOUNT_FILES) {
        for (const line of linesOf(file)) state.set(`${file}: ${line.slice(0, line.indexOf(':'))}`, line)
      }
      for (const object of ipcObjects()) state.set(`ipc: ${object}`, 'there')
      state.set(`${SYSTEM_PLACES.roster}: text`, readFileSync(SYSTEM_PLACES.roster, 'utf8'))
      return state
    },
  }
}

/** One line for each difference; none when both are the same. */
export function differencesBetween(before: HostState, after: HostState): string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  return paths.flatMap((path) => {
    const [was, is] = [before.get(path), after.get(path)]
    if (was === is) return []
    if (was === undefined) return [`+ ${path}: ${is}`]
    if (is === undefined) return [`- ${path}: ${was}`]
    return [is.startsWith(was) ? `~ ${path}: … ${is.slice(was.length)}` : `~ ${path}: ${was} → ${is}`]
  })
}

export interface Names {
  osUser: string
  telegramId: number
  uid: number | null
}

/**
 * The differences as they read for anybody who is onboarded: the names of the one person replaced, and without the hashes of
 * the files whose lines are named themselves.
 */
export function forAnybody(differences: readonly string[], { osUser, telegramId, uid }: Names): string[] {
  const today = String(Math.floor(Date.now() / 86_400_000))
  return differences
    .filter(
      (line) => ![...ACCOUNT_FILES, SYSTEM_PLACES.roster].some((file) => line.startsWith(`~ ${file}: file`)),
    )
    .map((line) =>
      line
        .replaceAll(osUser, 'OS_USER')
        .replaceAll(String(telegramId), 'TELEGRAM_ID')
        .replaceAll(new RegExp(`\\b${uid ?? 'none'}\\b`, 'g'), 'UID')
        .replaceAll(`:${today}:`, ':TODAY:'),
    )
    .sort()
}

/** Locks and temporary files, whoever should have removed them. */
export function strayFiles(state: HostState): string[] {
  return [...state.keys()].filter((path) =>
    /^\/etc\/[^/]*\.lock$|\/locks\/.+|\/\.usher-(?!quarantine)[^/]*$|\.usher-new$/.test(path),
  )
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}
