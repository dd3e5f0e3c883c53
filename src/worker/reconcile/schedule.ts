import type { EngineContext } from '../context.ts'

/** Names of `meta`. */
const SINCE = 'reconcile.since'
const TOLD = 'reconcile.overdue_told'
/** Written by whoever records a reconciliation. */
export const LAST_SUCCESS = 'reconcile.last_success'

/**
 * Compares everybody with the host every so often, and says once when it has not succeeded for too long. The only scheduler there
 * is.
 *
 * INVARIANTS
 * - What is due follows from the store and the worker's clock, asked again at each tick: a restart forgets nothing, a machine that
 *   slept is late at most by a tick, and a clock that was set back delays a pass by one interval at most.
 * - A pass is recorded like one that somebody asked for.
 */
export interface Schedule {
  start(): void
  stop(): void
}

/** @param afterPass is called after each pass that was recorded */
export function createSchedule(context: EngineContext, afterPass: () => void): Schedule {
  const { config, store, events, clock, limits, log, reconciler } = context
  const { everyMs, alarmAfterMs, smoke } = config.reconcile
  let timer: NodeJS.Timeout | undefined
  let dueAt = 0
  let startedAt = 0
  let underWay = false
  /** Whether this worker has tried: a machine that was off for days is not overdue before it could be on time. */
  let hasTried = false

  async function pass(): Promise<void> {
    const observation = await reconciler.observe(smoke)
    if (timer === undefined) return
    events.commit(() => {
      reconciler.record(observation, 'worker', false)
    })
    afterPass()
  }

  function tick(every: number): void {
    const now = clock()
    dueAt = Math.min(dueAt, now + every)
    if (!underWay && now >= dueAt) {
      underWay = true
      pass()
        .catch((error: unknown) => {
          log.error({ err: error }, 'cannot compare the roster with the host; trying again at the next turn')
        })
        .finally(() => {
          underWay = false
          hasTried = true
          dueAt = clock() + every
        })
    }
    try {
      alarm(now)
    } catch (error) {
      log.error({ err: error }, 'cannot note that the reconciliation is overdue')
    }
    wait(every)
  }

  function wait(every: number): void {
    timer = setTimeout(() => tick(every), Math.min(limits.reconcileTickMs, Math.max(1, dueAt - clock())))
    timer.unref()
  }

  /** Tells once for each time since which nothing succeeded. */
  function alarm(now: number): void {
    if (alarmAfterMs === null || !(hasTried || now - startedAt >= alarmAfterMs)) return
    const since = Math.max(Number(store.meta.get(LAST_SUCCESS) ?? 0), Number(store.meta.get(SINCE) ?? 0))
    if (now - since <= alarmAfterMs || store.meta.get(TOLD) === String(since)) return
    events.commit(() => {
      const nobody = { requestId: null, runId: null, telegramId: null }
      events.append('reconcile.overdue', nobody, 'worker', { since })
      store.meta.set(TOLD, String(since))
    })
  }

  return {
    start() {
      startedAt = clock()
      if (everyMs === null) {
        // Whoever turns it on later starts to count then.
        if (store.meta.get(SINCE) !== null) store.meta.set(SINCE, '0')
        return
      }
      if (Number(store.meta.get(SINCE) ?? 0) === 0) store.meta.set(SINCE, String(startedAt))
      const last = store.reconciliations.newest()?.endedAt ?? 0
      dueAt = Math.max(startedAt + limits.firstReconcileMs, last + everyMs)
      wait(everyMs)
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
