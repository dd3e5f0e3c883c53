import { lstatSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import type { PathFact } from '../../../domain/facts.ts'
import type { SafeFiles } from '../files/safe-files.ts'
import { errnoOf, kindOf } from '../files/safe-files-walk.ts'

/**
 * `SafeFiles.stat` with one look at each path and each folder above it. Whoever swaps a folder between two looks makes this
 * answer wrong and nothing else: nothing is opened, and nothing that was seen here is acted upon.
 */
export function createPathSnapshot(base: Pick<SafeFiles, 'stat'>): Pick<SafeFiles, 'stat'> {
  const seen = new Map<string, PathFact>()
  /** Why nothing can be seen below a folder; null: it can. */
  const barriers = new Map<string, PathFact | null>([['/', null]])

  function look(path: string): PathFact {
    let fact = seen.get(path)
    if (fact === undefined) {
      fact = factAt(path)
      seen.set(path, fact)
    }
    return fact
  }

  function barrierAt(folder: string): PathFact | null {
    const known = barriers.get(folder)
    if (known !== undefined) return known
    const barrier = barrierAt(dirname(folder)) ?? barrierOf(look(folder))
    barriers.set(folder, barrier)
    return barrier
  }

  return {
    // What is no plain absolute path is refused there as it is always.
    stat: async (path) => (isPlain(path) ? (barrierAt(dirname(path)) ?? look(path)) : base.stat(path)),
  }
}

function isPlain(path: string): boolean {
  return path.length > 1 && path.startsWith('/') && !/\0|\/\/|\/\.{0,2}(\/|$)/.test(path)
}

function barrierOf(fact: PathFact): PathFact | null {
  if (fact.kind === 'directory') return null
  if (fact.kind === 'absent' || fact.kind === 'unreadable') return fact
  return { kind: 'unreadable', errno: fact.kind === 'symlink' ? 'ELOOP' : 'ENOTDIR' }
}

function factAt(path: string): PathFact {
  try {
    const stats: Stats | undefined = lstatSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return { kind: 'absent' }
    return { kind: kindOf(stats), uid: stats.uid, gid: stats.gid, mode: stats.mode & 0o7777 }
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === '') throw error
    return { kind: 'unreadable', errno }
  }
}
