import { lstatSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { isInside } from './paths.ts'
import { othersCanReplace } from './trusted-file.ts'

/** What of a checkout or installation is run as root; folders with all that is in them. */
const CODE = [
  'usher',
  'package.json',
  'manifest.json',
  'bin',
  'src',
  'conversations',
  'cache',
  'system',
  'node_modules',
]
/** Dependencies are looked at this deep: whoever may write deeper owns a folder above. */
const DEPTH_OF_DEPENDENCIES = 2

/**
 * Why somebody other than root could change the code below `root` that root is about to run, or null. Every file of our
 * own and every package is looked at, but not every file of every package; a link leads to what it names.
 */
export function codeTreeProblem(root: string): string | null {
  const above = othersCanReplace(join(root, 'x'), [0])
  if (above !== null) return advised(above)
  for (const name of CODE) {
    const depth = name === 'node_modules' ? DEPTH_OF_DEPENDENCIES : Number.POSITIVE_INFINITY
    const problem = problemAt(join(root, name), depth, root)
    if (problem !== null) return advised(problem)
  }
  return null
}

function problemAt(path: string, depth: number, root: string): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return null
  if (stat.uid !== 0) return `cannot run ${JSON.stringify(path)} as root: it belongs to uid ${stat.uid}`
  if (stat.isSymbolicLink()) return problemBehind(path, depth, root)
  if ((stat.mode & 0o022) !== 0) return `cannot run ${JSON.stringify(path)} as root: others can write to it`
  if (!stat.isDirectory() || depth <= 0) return null
  for (const name of readdirSync(path)) {
    const problem = problemAt(join(path, name), depth - 1, root)
    if (problem !== null) return problem
  }
  return null
}

/** A link within the tree leads to what is looked at anyway; one that leads out is looked at there. */
function problemBehind(link: string, depth: number, root: string): string | null {
  let target: string
  try {
    target = realpathSync(link)
  } catch {
    return null
  }
  if (isInside(target, realpathSync(root))) return null
  return othersCanReplace(target, [0]) ?? problemAt(target, depth, root)
}

function advised(problem: string): string {
  return `${problem}; install Usher where only root can write (chown -R root, chmod -R go-w)`
}
