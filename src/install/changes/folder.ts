import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Outcome, octal } from '../../setup/ensure.ts'
import type { ChangeContext, InstallHost, Removal } from '../context.ts'
import type { Goes, MadeOf } from '../record.ts'

export interface FolderWish {
  path: string
  goes: Goes
  /** Whether what will be in it is Usher's too. */
  contents: boolean
}

/** The folder of root's, 0755, with all that is missing above it. One that is there stays as it is. */
export function ensureFolder(context: ChangeContext, wish: FolderWish): Outcome[] {
  const { host, dryRun, ledger } = context
  const { path } = wish
  const real = `${host.root}${path}`
  const stat = lstatSync(real, { throwIfNoEntry: false })
  if (stat?.isDirectory()) return []
  if (stat?.isSymbolicLink() && isFolderLink(real)) return []
  if (stat !== undefined) {
    const text = `cannot use ${path}: it is not a folder; move it away`
    return [{ state: 'problem', subject: path, text }]
  }
  const above = ensureFolder(context, { ...wish, path: dirname(path), contents: false })
  if (above.some(({ state }) => state === 'problem')) return above
  if (!dryRun) {
    ledger.note({ kind: 'folder', ...wish })
    mkdirSync(real, { mode: 0o700 })
    chownSync(real, host.owner, host.owner)
    chmodSync(real, 0o755)
  }
  return [...above, { state: 'change', subject: path, text: 'folder made, 0755 root' }]
}

/**
 * Takes the folder away when it is empty; what is in it is somebody's.
 *
 * @param leaving in a dry run: what would be gone by then
 */
export function removeFolder(
  host: InstallHost,
  { path }: MadeOf<'folder'>,
  dryRun: boolean,
  leaving: ReadonlySet<string>,
): Removal {
  const real = `${host.root}${path}`
  if (!lstatSync(real, { throwIfNoEntry: false })?.isDirectory())
    return { state: 'gone', subject: path, text: 'is not there any more' }
  const left = readdirSync(real)
    .filter((name) => !(dryRun && leaving.has(`${path}/${name}`)))
    .sort()
  if (left.length > 0) {
    const some = `${left.slice(0, 5).join(', ')}${left.length > 5 ? ` and ${left.length - 5} more` : ''}`
    return { state: 'kept', subject: path, text: `stays: ${some} in it is not Usher's` }
  }
  if (!dryRun) rmdirSync(real)
  return { state: 'removed', subject: path, text: 'folder removed' }
}

/** Gives a folder or file its former owner and mode back. */
export function restoreOwnership(
  host: InstallHost,
  { path, before }: MadeOf<'adjusted'>,
  dryRun: boolean,
): Removal {
  const real = `${host.root}${path}`
  const stat = lstatSync(real, { throwIfNoEntry: false })
  if (stat === undefined || stat.isSymbolicLink())
    return { state: 'gone', subject: path, text: 'is not there any more' }
  if (!dryRun) {
    chownSync(real, before.uid, before.gid)
    chmodSync(real, before.mode)
  }
  const text = `owner ${before.uid}:${before.gid} and mode ${octal(before.mode)} as before`
  return { state: 'removed', subject: path, text }
}

/** /lib, /bin and the like are links on many systems. */
function isFolderLink(path: string): boolean {
  try {
    return readdirSync(path) !== undefined
  } catch {
    return false
  }
}
