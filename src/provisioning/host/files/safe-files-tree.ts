import type { Stats } from 'node:fs'
import { constants, lstatSync, readdirSync } from 'node:fs'
import type { TreeEntry } from './safe-files.ts'
import { at, identityOf, isSame, kindOf, occupied, withOpen } from './safe-files-walk.ts'

/** Deeper than this nobody works; every level takes a descriptor and a stack frame of ours. */
const DEPTH_LIMIT = 100
/** All paths of a listing together, in characters: long names in deep folders would cost root gigabytes. */
const PATHS_LIMIT = 8 * 1024 * 1024

/**
 * Everything below an open directory, sorted by path. Names are bytes turned to text, so that this is for comparing and
 * telling, not for acting upon. Mount points are listed and not entered. Whoever owns the tree must not be able to exhaust
 * us: more than `limit` entries, or deeper or longer than a listing should be, is a failure.
 */
export function treeOf(directory: number, path: string, limit: number): TreeEntry[] {
  const entries: TreeEntry[] = []
  const { dev } = lstatSync(at(directory, '.'))
  let characters = 0
  const list = (descriptor: number, prefix: string, depth: number): void => {
    for (const name of readdirSync(at(descriptor, '.'))) {
      characters += prefix.length + name.length
      if (entries.length >= limit || characters > PATHS_LIMIT || depth > DEPTH_LIMIT) throw occupied(path)
      const stats = lstatSync(at(descriptor, name), { throwIfNoEntry: false })
      if (!stats) continue
      entries.push(entryOf(`${prefix}${name}`, stats))
      if (!stats.isDirectory() || stats.dev !== dev) continue
      withOpen(descriptor, name, constants.O_RDONLY | constants.O_DIRECTORY, (child) => {
        if (isSame(lstatSync(at(child, '.')), identityOf(stats))) list(child, `${prefix}${name}/`, depth + 1)
      })
    }
  }
  list(directory, '', 1)
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1))
}

function entryOf(path: string, stats: Stats): TreeEntry {
  const { uid, ino, ctimeMs } = stats
  return {
    path,
    kind: kindOf(stats),
    uid,
    mode: stats.mode & 0o7777,
    size: stats.size,
    ino,
    changed: ctimeMs,
  }
}
