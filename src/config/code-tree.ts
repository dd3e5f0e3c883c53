import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { isInside } from './paths.ts'
import {
  type Distrust,
  distrustOf,
  distrustOfWay,
  type PathTrust,
  readForeignMounts,
} from './trusted-path.ts'

/** What of a checkout is run as root; folders with all that is in them. Of an installed tree it is everything. */
const CODE_OF_A_CHECKOUT = ['usher', 'package.json', 'deploy', 'src', 'conversations']

/** Packages that hold a Node each, with its headers and manuals, of which one file is run: that is looked at by itself. */
const RUNTIME_PACKAGE = /^node_modules\/node-(linux|darwin)-/

/** Whether the tree was staged for a host: it then has a list of its files, and nothing in it is for development. */
export function isInstalledTree(root: string): boolean {
  return existsSync(join(root, 'manifest.json'))
}

/**
 * Why somebody other than root could change the code below `root`, or the Node, that root is about to run, or null. Every folder
 * up to / is looked at, every file of an installed tree, and of a checkout every file of ours and of each package that root
 * may load; of packages for development only their own folder. A link leads to what it names. Takes about 20 ms for 3,000 files.
 *
 * The tree may stand below /tmp or behind a link of root's: it is only read, and where it really is gets looked at.
 */
export function distrustOfCode(root: string, runtime: string): Distrust | null {
  const trust: PathTrust = { owners: [0], way: 'lenient', foreignMounts: readForeignMounts() }
  const real = realpathSync(root)
  const walk = { trust, root: real }
  return (
    distrustOfWay(join(root, 'x'), trust) ??
    (isInstalledTree(root) ? distrustAt(real, walk) : distrustOfCheckout(real, walk)) ??
    distrustOfTarget(realpathSync(runtime), walk)
  )
}

interface Walk {
  trust: PathTrust
  /** Real path. */
  root: string
}

function distrustOfCheckout(root: string, walk: Walk): Distrust | null {
  for (const name of CODE_OF_A_CHECKOUT) {
    const distrust = distrustAt(`${root}/${name}`, walk)
    if (distrust !== null) return distrust
  }
  return distrustOfPackages(`${root}/node_modules`, walk)
}

function distrustOfPackages(folder: string, walk: Walk): Distrust | null {
  const distrust = distrustAt(folder, walk, 1)
  if (distrust !== null || !existsSync(folder)) return distrust
  // `.bin`: by a link there the launcher finds its Node.
  for (const name of ['.bin', ...packagesOfProduction(folder)]) {
    const found = distrustAt(`${folder}/${name}`, walk)
    if (found !== null) return found
  }
  return null
}

/** Names of packages that are not for development alone, as npm noted them; each that is there when it noted nothing. */
function packagesOfProduction(folder: string): string[] {
  let noted: Record<string, { dev?: boolean }>
  try {
    const lock = JSON.parse(readFileSync(`${folder}/.package-lock.json`, 'utf8')) as {
      packages: typeof noted
    }
    noted = lock.packages
  } catch {
    return readdirSync(folder)
  }
  return Object.entries(noted).flatMap(([path, { dev }]) =>
    dev === true || RUNTIME_PACKAGE.test(path) ? [] : [path.slice('node_modules/'.length)],
  )
}

function distrustAt(path: string, walk: Walk, depth = Number.POSITIVE_INFINITY): Distrust | null {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return null
  if (stat.isSymbolicLink())
    return stat.uid === 0 ? distrustBehind(path, walk, depth) : distrustOf(path, stat, walk.trust)
  const distrust = distrustOf(path, stat, walk.trust)
  if (distrust !== null || depth <= 0 || !stat.isDirectory()) return distrust
  for (const name of readdirSync(path)) {
    const found = distrustAt(`${path}/${name}`, walk, depth - 1)
    if (found !== null) return found
  }
  return null
}

/** A link within the tree leads to what is looked at anyway; one that leads out is looked at there. */
function distrustBehind(link: string, walk: Walk, depth: number): Distrust | null {
  let target: string
  try {
    target = realpathSync(link)
  } catch {
    return null
  }
  return isInside(target, walk.root) ? null : distrustOfTarget(target, walk, depth)
}

function distrustOfTarget(target: string, walk: Walk, depth?: number): Distrust | null {
  return distrustOfWay(target, walk.trust) ?? distrustAt(target, walk, depth)
}
