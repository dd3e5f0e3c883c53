import type { Parameters as RunParameters } from 'fast-check'

/** How much of a surface is explored; the same plan explores the same inputs. */
export interface Exploration {
  seed: number
  /** How many inputs at least. */
  inputs: number
}

/** One surface that takes input from outside. */
export interface Surface {
  name: string
  /** Completes "N inputs: …". */
  what: string
  /** Inputs in the long mode. */
  inputs: number
  /** Needs root inside a sandbox. */
  needsSandbox: boolean
  /**
   * Returns how many inputs were tried. Throws when one of them crashed or hung something or broke a property, with the seed
   * and the smallest such input.
   */
  explore(plan: Exploration): Promise<number>
}

/** Of a short run inside the tests; printed with a failure, and `npm run fuzz -- --seed` takes it. */
export const SHORT_SEED = 20_261_121

/** Time for a short run that fails to find the smallest input; one that passes takes seconds. */
export const SHRINKING_MS = 180_000

/** What every property is checked with. */
export function runParameters<T>({ seed }: Exploration, runs: number): RunParameters<T> {
  return { seed, numRuns: Math.max(1, Math.ceil(runs)), endOnFailure: false, verbose: 0 }
}
