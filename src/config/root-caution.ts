import { distrustOfCode, isInstalledTree } from './code-tree.ts'
import type { Distrust } from './trusted-path.ts'

/** What each part of the program is told about the code that it runs from. */
export interface Launch {
  /** Why somebody else could change this code, although root runs it: said with `--development` alone; else null. */
  development: string | null
  /** The same where it was not allowed; only `usher doctor` comes to see it, and says it. */
  distrust: Distrust | null
}

export interface LaunchOptions {
  uid: number
  codeRoot: string
  /** The Node that runs, `process.execPath`. */
  runtime: string
  /** `--development` was given. */
  development: boolean
}

export type Caution = { ok: true; launch: Launch } | { ok: false; distrust: Distrust | null; message: string }

/**
 * Root's own caution, for every verb: uid 0 runs only code that nobody else can change. `--development` lets a checkout run all
 * the same; an installed tree is never one, so that no unit can be given it quietly.
 */
export function cautionOfRoot({ uid, codeRoot, runtime, development }: LaunchOptions): Caution {
  const careless: Launch = { development: null, distrust: null }
  if (uid !== 0) return { ok: true, launch: careless }
  if (development && isInstalledTree(codeRoot)) {
    const message = `cannot use --development in ${JSON.stringify(codeRoot)}: this is an installation and no checkout; leave it out`
    return { ok: false, distrust: null, message }
  }
  const distrust = distrustOfCode(codeRoot, runtime)
  if (distrust === null) return { ok: true, launch: careless }
  if (development) return { ok: true, launch: { development: distrust.message, distrust: null } }
  const mend = isInstalledTree(codeRoot)
    ? ''
    : `. To make a checkout root's alone: ${mendOfCheckout(codeRoot)}; to try it as it is: --development`
  return { ok: false, distrust, message: `cannot run this code as root: ${distrust.message}${mend}` }
}

/** The command that gives a whole checkout to root. What stands above it is not its business. */
export function mendOfCheckout(codeRoot: string): string {
  return `chown -hR root ${codeRoot} && chmod -R go-w ${codeRoot}`
}
