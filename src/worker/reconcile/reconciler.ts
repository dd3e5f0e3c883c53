import type { EngineContext } from '../context.ts'
import { type Observation, observeEverybody } from './observe-everybody.ts'
import { recordObservation } from './record-observation.ts'

/**
 * Looks at everybody, one pass at a time.
 *
 * INVARIANTS
 * - Two looks of the same kind at the same time are one look, and one record of it.
 * - A pass is recorded in one transaction, after the look; a worker that dies in between has changed nothing.
 */
export interface Reconciler {
  /** A look at everybody, or the one that is under way. */
  observe(smoke: boolean): Promise<Observation>
  /** Inside a transaction: stores it, if nobody has yet. @returns the id of the reconciliation */
  record(observation: Observation, by: string, again: boolean): number
  /** Ends what is under way. */
  stop(): Promise<void>
}

export function createReconciler(context: Omit<EngineContext, 'reconciler'>): Reconciler {
  const underWay = new Map<boolean, Promise<Observation>>()
  const recorded = new WeakMap<Observation, number>()
  const abort = new AbortController()
  const whole = (): EngineContext => ({ ...context, reconciler })

  const reconciler: Reconciler = {
    observe(smoke) {
      const known = underWay.get(smoke)
      if (known !== undefined) return known
      const looking = observeEverybody(whole(), { smoke, signal: abort.signal }).finally(() => {
        underWay.delete(smoke)
      })
      underWay.set(smoke, looking)
      return looking
    },
    record(observation, by, again) {
      const known = recorded.get(observation)
      // A transaction that was rolled back has stored nothing.
      if (known !== undefined && context.store.reconciliations.get(known)?.begunAt === observation.begunAt)
        return known
      const id = recordObservation(whole(), observation, by, again)
      recorded.set(observation, id)
      return id
    },
    async stop() {
      abort.abort()
      await Promise.allSettled(underWay.values())
    },
  }
  return reconciler
}
