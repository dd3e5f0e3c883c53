import { removeAccount } from './changes/accounts.ts'
import { removeWithContents } from './changes/contents.ts'
import { removeFile, restorePutAside, restoreReplaced } from './changes/file.ts'
import { removeFolder, restoreOwnership } from './changes/folder.ts'
import { removeLink } from './changes/link.ts'
import { reloadUnits, removeEnabled } from './changes/services.ts'
import { removeTree } from './changes/tree.ts'
import type { InstallHost, Removal } from './context.ts'
import { pointLink } from './current-link.ts'
import { type Made, PROGRAM_FOLDER } from './record.ts'

export interface TakenBack {
  removals: Removal[]
  /** What could not be taken away, as it was written down, and the folder that the record itself stands in. */
  left: Made[]
}

export interface TakeBackOptions {
  dryRun: boolean
  /** Told of each as it is done. */
  onRemoval: (removal: Removal) => void
}

/**
 * Takes back what was made, the newest first. Each is taken back by itself: what cannot be stays, is named, and keeps nothing
 * else from going. Safe to repeat after a kill.
 */
export async function takeBack(
  host: InstallHost,
  made: readonly Made[],
  options: TakeBackOptions,
): Promise<TakenBack> {
  const removals: Removal[] = []
  const left: Made[] = []
  const leaving = new Set<string>()
  let units = false
  for (const one of newestFirst(made)) {
    // The journal and the record stand in it: it goes after them.
    if (one.kind === 'folder' && PROGRAM_FOLDER.startsWith(one.path)) {
      left.unshift(one)
      continue
    }
    const removal = await attempt(one, () => takeBackOne(host, one, options.dryRun, leaving))
    if (removal.state === 'failed') left.unshift(one)
    else leaving.add(removal.subject)
    if ('path' in one && one.path.includes('/systemd/system/')) units = true
    removals.push(removal)
    options.onRemoval(removal)
  }
  if (units && !options.dryRun) await reloadUnits(host)
  return { removals, left }
}

/** A unit is stopped and disabled while its file is there, whichever came first into the record. */
function newestFirst(made: readonly Made[]): Made[] {
  const newest = made.toReversed()
  const isFirst = ({ kind }: Made) => kind === 'enabled' || kind === 'current'
  return [...newest.filter(isFirst), ...newest.filter((one) => !isFirst(one))]
}

async function takeBackOne(
  host: InstallHost,
  made: Made,
  dryRun: boolean,
  leaving: ReadonlySet<string>,
): Promise<Removal> {
  switch (made.kind) {
    case 'folder':
      return made.contents
        ? removeWithContents(host, made, dryRun)
        : removeFolder(host, made, dryRun, leaving)
    case 'file':
      return removeFile(host, made, dryRun)
    case 'replaced':
    case 'dropped':
      return restoreReplaced(host, made)
    case 'link':
      return removeLink(host, made, dryRun)
    case 'put-aside':
      return restorePutAside(host, made)
    case 'adjusted':
      return restoreOwnership(host, made, dryRun)
    case 'tree':
      return removeTree(host, made, dryRun)
    case 'account':
      return removeAccount(host, made, dryRun)
    case 'enabled':
      return removeEnabled(host, made, dryRun)
    case 'current': {
      if (!dryRun) pointLink(`${host.root}${made.path}`, made.before)
      const text = made.before === null ? 'link removed' : `link to ${made.before}, as before`
      return { state: 'removed', subject: made.path, text }
    }
  }
}

async function attempt(made: Made, take: () => Promise<Removal>): Promise<Removal> {
  try {
    return await take()
  } catch (error) {
    const subject = 'path' in made ? made.path : made.kind
    return { state: 'failed', subject, text: `cannot take it back: ${(error as Error).message}` }
  }
}
