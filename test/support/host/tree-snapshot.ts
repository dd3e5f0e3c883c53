import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** The account tools' own backups and locks, and ours. */
const OMITTED = /^\/etc\/((passwd|shadow|group|gshadow|subuid|subgid)-|\.pwd\.lock|.*\.lock)$/

/**
 * Every entry of these trees: one line each with path, kind, owner, mode and a hash of the contents. Times are not in it. An
 * empty gshadow line is left out: joining a group that had none adds one that leaving does not remove.
 */
export function treeSnapshot(...roots: string[]): string[] {
  return roots.flatMap((root) => list(root)).sort()
}

function list(path: string): string[] {
  if (OMITTED.test(path)) return []
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (!stats) return [`${path} absent`]
  const owner = `${stats.uid}:${stats.gid} ${(stats.mode & 0o7777).toString(8)}`
  if (stats.isSymbolicLink()) return [`${path} -> ${readlinkSync(path)} ${stats.uid}:${stats.gid}`]
  if (stats.isFile()) return [`${path} file ${owner} ${hashOf(path)}`]
  if (!stats.isDirectory()) return [`${path} special ${owner}`]
  return [`${path}/ ${owner}`, ...readdirSync(path).flatMap((name) => list(`${path}/${name}`))]
}

/** Nobody can set an inode's change time, so a file whose times are the same has the same contents. */
const known = new Map<string, { changed: bigint; hash: string }>()

function hashOf(path: string): string {
  const { ctimeNs, ino } = lstatSync(path, { bigint: true })
  const key = `${ino} ${path}`
  const last = known.get(key)
  if (last?.changed === ctimeNs) return last.hash
  const hash = readHash(path)
  // A file that changed within the last tick of the clock may change again without a difference.
  if (BigInt(Date.now() - 100) * 1_000_000n > ctimeNs) known.set(key, { changed: ctimeNs, hash })
  return hash
}

function readHash(path: string): string {
  const bytes = readFileSync(path)
  const content = path === '/etc/gshadow' ? bytes.toString().replace(/^[^:\n]+:[!*x]?::\n/gm, '') : bytes
  return createHash('sha256').update(content).digest('hex')
}
