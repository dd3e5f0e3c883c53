/** What stands below folders: kind, owner, mode and content of everything, for comparing before with after. */
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs'
import { join } from 'node:path'

/**
 * Path → one line that says all that counts; times are not part of it. The lines of /etc/gshadow are entries of their
 * own, as `/etc/gshadow: NAME`, and so are the names in /etc/group.
 */
export type TreeSnapshot = ReadonlyMap<string, string>

/** Symbolic links are not followed. A root that does not exist is an entry too, so that its making is seen. */
export function snapshotTrees(...roots: string[]): TreeSnapshot {
  const snapshot = new Map<string, string>()
  const visit = (path: string) => {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return void snapshot.set(path, 'absent')
    if (isBackupOrLock(path)) return
    snapshot.set(path, describe(path, stats))
    if (path === '/etc/gshadow')
      for (const line of linesOf(path)) snapshot.set(`${path}: ${nameOf(line)}`, line)
    if (path === '/etc/group') for (const line of linesOf(path)) snapshot.set(`${path}: ${nameOf(line)}`, '')
    if (stats.isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name))
  }
  for (const root of roots) visit(root)
  return snapshot
}

/** One line for each difference; empty when both are the same. */
export function treeDifferences(before: TreeSnapshot, after: TreeSnapshot): string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  return paths.flatMap((path) => {
    const [was, is] = [before.get(path), after.get(path)]
    if (was === is || isAddedEmptyLine(path, was, is, before)) return []
    if (was === undefined) return [`+ ${path}: ${is}`]
    return is === undefined ? [`- ${path}: ${was}`] : [`~ ${path}: ${was} → ${is}`]
  })
}

/** What the account tools (shadow) leave in /etc: the previous versions `passwd-`, `shadow-`… and their locks. */
function isBackupOrLock(path: string): boolean {
  return /^\/etc\/((passwd|shadow|group|gshadow|subuid|subgid)(-|\.lock)|\.pwd\.lock)$/.test(path)
}

/** The account tools add an empty line for a group that has none when somebody joins it, and never take it back. */
function isAddedEmptyLine(
  path: string,
  was: string | undefined,
  is: string | undefined,
  before: TreeSnapshot,
): boolean {
  const name = path.match(/^\/etc\/gshadow: (.*)$/)?.[1]
  if (name === undefined || was !== undefined) return false
  return before.has(`/etc/group: ${name}`) && /^[^:]+:[!*]?::$/.test(is ?? '')
}

function describe(path: string, stats: Stats): string {
  const owner = `${stats.uid}:${stats.gid} ${(stats.mode & 0o7777).toString(8).padStart(4, '0')}`
  if (stats.isSymbolicLink()) return `symlink ${stats.uid}:${stats.gid} → ${readlinkSync(path)}`
  if (stats.isDirectory()) return `directory ${owner}`
  if (!stats.isFile()) return `other ${owner}`
  if (path === '/etc/gshadow') return `file ${owner}`
  return `file ${owner} ${createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16)}`
}

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}

const nameOf = (line: string) => line.slice(0, line.indexOf(':'))
