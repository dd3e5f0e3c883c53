import type { FileIdentity, TreeEntry } from '../../host/files/safe-files.ts'
import type { Host } from '../../host/host.ts'
import type { PersonIdentity } from '../../host/programs/programs.ts'

/** More entries than this are not compared but kept. */
const TREE_LIMIT = 20_000
const TRIES = 2

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
  const known = new Set(left.map(fingerprint))
  for (let tries = 1; ; tries++) {
    const listed = await host.files.listTree(path, TREE_LIMIT)
    if (!listed.ok) return 'kept'
    const { tree } = listed
    const asLeft = tree.every((entry) => known.has(fingerprint(entry)))
    const ownDoing = options.neverActive && tree.every((entry) => entry.uid === person.uid)
    if (!asLeft && !ownDoing) return 'kept'
    const emptied = tree.length === 0 || (await empty(host, person, path, options.signal))
    if (emptied && (await host.files.removeEmptyDirectory(path, identity)).ok) return 'removed'
    // What failed for a moment does not have to end in the quarantine.
    if (tries === TRIES || options.signal.aborted) return 'kept'
  }
}

async function empty(
  { programs }: Host,
  person: PersonIdentity,
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  const argv: [string, ...string[]] = ['/usr/bin/find', path, '-xdev', '-mindepth', '1', '-delete']
  return (await programs.runAsPerson(person, argv, { signal })).ok
}
