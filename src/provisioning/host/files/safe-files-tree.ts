import type { Stats } from 'node:fs'
import { constants, lstatSync, opendirSync } from 'node:fs'
import type { TreeEntry } from './safe-files.ts'
import { at, identityOf, isSame, kindOf, occupied, withOpen } from './safe-files-walk.ts'

/** Deeper than this nobody works; every level takes a descriptor and a stack frame of ours. */
const DEPTH_LIMIT = 100
/** All paths of a listing together, in characters: long names in deep folders would cost root gigabytes. */
const PATHS_LIMIT = 8 * 1024 * 1024

/** Names are read in pieces of so many: nobody's folder is larger in memory than what is listed of it. */
const NAMES_AT_ONCE = 512
/** Nobody's: an entry with it is like no other. */
const NO_UID = -1

/**
 * Everything below an open directory, sorted by path; for comparing and telling, not for acting upon. Mount points are listed
 * and not entered. Whoever owns the tree must not be able to exhaust us: more than `limit` entries, or deeper or longer than a
 * listing should be, is a failure. An entry whose name is not UTF-8 is listed as of nobody and like no other.
 */
export function treeOf(directory: number, path: string, limit: number): TreeEntry[] {
  const entries: TreeEntry[] = []
  const { dev } = lstatSync(at(directory, '.'))
  let characters = 0
  const list = (descriptor: number, prefix: string, depth: number): void => {
    for (const { name, isText } of namesIn(descriptor)) {
      characters += prefix.length + name.length
      if (entries.length >= limit || characters > PATHS_LIMIT || depth > DEPTH_LIMIT) throw occupied(path)
      const stats = isText ? lstatSync(at(descriptor, name), { throwIfNoEntry: false }) : null
      if (stats === null) entries.push({ ...UNNAMEABLE, path: `${prefix}${name}` })
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

const UNNAMEABLE = { kind: 'other', uid: NO_UID, mode: 0, size: 0, ino: 0, changed: 0 } as const

/** A name is bytes: `isText` says whether the text means the same ones. */
function* namesIn(directory: number): Generator<{ name: string; isText: boolean }> {
  const names = opendirSync(at(directory, '.'), { encoding: 'latin1', bufferSize: NAMES_AT_ONCE })
  try {
    for (let entry = names.readSync(); entry !== null; entry = names.readSync()) {
      const bytes = Buffer.from(entry.name, 'latin1')
      const name = bytes.toString('utf8')
      yield { name, isText: bytes.equals(Buffer.from(name)) }
    }
  } finally {
    names.closeSync()
  }
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
