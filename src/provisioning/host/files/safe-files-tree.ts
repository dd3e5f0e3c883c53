import type { Stats } from 'node:fs'
import { constants, lstatSync, readdirSync } from 'node:fs'
import type { TreeEntry } from './safe-files.ts'
import { at, identityOf, isSame, kindOf, occupied, withOpen } from './safe-files-walk.ts'

/**
 * Everything below an open directory, sorted by path. Names are bytes turned to text, so that this is for comparing and
 * telling, not for acting upon. Mount points are listed and not entered.
 */
export function treeOf(directory: number, path: string, limit: number): TreeEntry[] {
  const entries: TreeEntry[] = []
  const { dev } = lstatSync(at(directory, '.'))
  const list = (descriptor: number, prefix: string): void => {
    for (const name of readdirSync(at(descriptor, '.'))) {
      if (entries.length >= limit) throw occupied(path)
      const stats = lstatSync(at(descriptor, name), { throwIfNoEntry: false })
      if (!stats) continue
      entries.push(entryOf(`${prefix}${name}`, stats))
      if (!stats.isDirectory() || stats.dev !== dev) continue
      withOpen(descriptor, name, constants.O_RDONLY | constants.O_DIRECTORY, (child) => {
        if (isSame(lstatSync(at(child, '.')), identityOf(stats))) list(child, `${prefix}${name}/`)
      })
    }
  }
  list(directory, '')
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
