import { lstatSync, readlinkSync, type Stats } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import type { Programs } from '../programs/programs.ts'
import type { Component, Trail } from './isolation.ts'

/** As many links as the kernel follows (path_resolution(7)). */
const MAX_LINKS = 40

export type TrailFact =
  /** `linkOwners`: whose the symbolic links on the way are; root's are not named. */
  | { state: 'there'; trail: Trail; linkOwners: ReadonlySet<number> }
  | { state: 'absent' }
  | { state: 'unknown'; why: string }

/**
 * Looks at the way to paths; remembers each folder for as long as it is used, so use one for one decision. Synchronous, as all
 * work on files here: a thousand people's folders take some 20 ms that way, and ten times that through the thread pool.
 */
export interface TrailReader {
  trail(path: string): TrailFact
  /** The same trail with `accessList` filled in: one program for all that could have one that matters. */
  withAccessLists(trail: Trail): Promise<Trail>
}

export function createTrailReader(programs: Pick<Programs, 'run'>): TrailReader {
  const seen = new Map<string, Stats | null>()
  const look: Look = (path) => {
    const known = seen.get(path)
    if (known !== undefined) return known
    const stats = lstatSync(path, { throwIfNoEntry: false }) ?? null
    seen.set(path, stats)
    return stats
  }
  const plainWays = new Map<string, Component[] | null>()
  return {
    trail: (path) => plainTrail(look, plainWays, path) ?? readTrail(look, path),
    async withAccessLists({ components, linkFolders }) {
      const lists = await accessLists(programs, [...components, ...linkFolders])
      const fill = (component: Component) => ({ ...component, accessList: lists.get(component.path) ?? null })
      return { components: components.map(fill), linkFolders: linkFolders.map(fill) }
    },
  }
}

/** Null: there is nothing of that name. */
type Look = (path: string) => Stats | null

/**
 * The trail of a path without links and dots whose folders are all there, which is the rule; else null. People share most of
 * the way to their folders: what is known of a folder's way is not put together again.
 */
function plainTrail(look: Look, known: Map<string, Component[] | null>, path: string): TrailFact | null {
  const wayTo = (at: string): Component[] | null => {
    const found = known.get(at)
    if (found !== undefined) return found
    const parent = at === '/' ? [] : wayTo(dirname(at))
    const stats = parent === null ? null : look(at)
    const isPlain = parent !== null && stats !== null && !stats.isSymbolicLink()
    const way = isPlain ? [...parent, componentOf(at, stats)] : null
    known.set(at, way)
    return way
  }
  // With a slash at its end the kernel would follow a link there.
  if (!/^\/.*[^/]$/.test(path) || normalize(path) !== path) return null
  try {
    const components = wayTo(path)
    return components && { state: 'there', trail: { components, linkFolders: [] }, linkOwners: new Set() }
  } catch {
    return null
  }
}

function componentOf(path: string, { uid, gid, mode }: Stats): Component {
  return { path, uid, gid, mode: mode & 0o7777, accessList: null }
}

/** Walks as the kernel does: link by link, keeping the folders that the links lie in. */
function readTrail(look: Look, path: string): TrailFact {
  if (!path.startsWith('/')) throw new Error(`cannot look at the way to "${path}": not an absolute path`)
  const names = path.split('/').filter((name) => name !== '')
  const linkFolders = new Set<string>()
  const linkOwners = new Set<number>()
  let at = '/'
  let links = 0
  try {
    while (names.length > 0) {
      const name = names.shift()!
      if (name === '.') continue
      if (name === '..') {
        at = dirname(at)
        continue
      }
      const next = join(at, name)
      const stats = look(next)
      if (stats === null) return { state: 'absent' }
      if (!stats.isSymbolicLink()) {
        at = next
        continue
      }
      if (stats.uid !== 0) linkOwners.add(stats.uid)
      if (++links > MAX_LINKS) return { state: 'unknown', why: 'too many symbolic links' }
      for (let folder = at; ; folder = dirname(folder)) {
        linkFolders.add(folder)
        if (folder === '/') break
      }
      const target = readlinkSync(next)
      names.unshift(...target.split('/').filter((part) => part !== ''))
      if (target.startsWith('/')) at = '/'
    }
    const onTheWay: string[] = []
    for (let folder = at; ; folder = dirname(folder)) {
      onTheWay.unshift(folder)
      if (folder === '/') break
    }
    for (const folder of onTheWay) linkFolders.delete(folder)
    const read = (folders: Iterable<string>): Component[] | null => {
      const components: Component[] = []
      for (const folder of folders) {
        const stats = look(folder)
        if (stats === null) return null
        components.push(componentOf(folder, stats))
      }
      return components
    }
    const [components, folders] = [read(onTheWay), read(linkFolders)]
    if (components === null || folders === null) return { state: 'absent' }
    return { state: 'there', trail: { components, linkFolders: folders }, linkOwners }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'absent' }
    return { state: 'unknown', why: code }
  }
}

/**
 * Which of these have an extended access list. Node cannot read extended attributes and getfacl(1) need not be installed;
 * `ls -l` of coreutils marks such a file with `+` after its mode. Where the group bits are 0 a list has no effect, so
 * those are not asked about. What cannot be learnt stays unknown, that is: is taken for a list.
 */
export async function accessLists(
  programs: Pick<Programs, 'run'>,
  components: readonly Pick<Component, 'path' | 'mode'>[],
): Promise<Map<string, boolean>> {
  const known = new Map<string, boolean>()
  const asked = components.filter(({ mode }) => (mode & 0o070) !== 0).map(({ path }) => path)
  for (const { path } of components) if (!asked.includes(path)) known.set(path, false)
  if (asked.length === 0) return known
  // -U: in the given order; -b: a newline in a name does not make a line.
  const listed = await programs.run('/bin/ls', ['-ldUb', '--', ...asked], { env: { LC_ALL: 'C' } })
  const lines = listed.ok ? listed.stdout.trimEnd().split('\n') : []
  if (lines.length !== asked.length) return known
  for (const [index, path] of asked.entries()) {
    const mark = /^[a-z-][rwxsStT-]{9}(.)/.exec(lines[index]!)?.[1]
    if (mark !== undefined) known.set(path, mark === '+')
  }
  return known
}
