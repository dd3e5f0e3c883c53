import type { FileIdentity, TreeEntry } from '../../host/files/safe-files.ts'
import type { Host } from '../../host/host.ts'
import type { PersonIdentity } from '../../host/programs/programs.ts'

/** More entries than this are not compared but kept. */
const TREE_LIMIT = 20_000

/** A directory's size and time change with what is in it, which is listed itself. */
function fingerprint(entry: TreeEntry): string {
  return JSON.stringify(entry.kind === 'directory' ? { ...entry, size: 0, changed: 0 } : entry)
}

/**
 * Empties a directory as the person who owns it and removes it, if everything in it is the run's own doing: each entry is as in
 * `left` (some may be gone), or the account has never been active and all of it belongs to the person, so that only programs of this run
 * can have made it. `kept` says that nothing was removed, or not all of it.
 */
export async function removeIfOurs(
  host: Host,
  person: PersonIdentity,
  directory: { path: string; identity: FileIdentity; left: TreeEntry[] },
  options: { neverActive: boolean; signal: AbortSignal },
): Promise<'removed' | 'kept'> {
  const { path, identity, left } = directory
  const listed = await host.files.listTree(path, TREE_LIMIT)
  if (!listed.ok) return 'kept'
  const { tree } = listed
  const known = new Set(left.map(fingerprint))
  const asLeft = tree.every((entry) => known.has(fingerprint(entry)))
  const ownDoing = options.neverActive && tree.every((entry) => entry.uid === person.uid)
  if (!asLeft && !ownDoing) return 'kept'
  if (tree.length > 0) {
    const argv: [string, ...string[]] = ['/usr/bin/find', path, '-xdev', '-mindepth', '1', '-delete']
    const emptied = await host.programs.runAsPerson(person, argv, { signal: options.signal })
    if (!emptied.ok) return 'kept'
  }
  return (await host.files.removeEmptyDirectory(path, identity)).ok ? 'removed' : 'kept'
}
