import type { RunHead, Stuck, StuckCode } from '../../domain/run.ts'
import type { EngineContext } from '../context.ts'

/** Why runs do not go on, as far as this process knows: what is waited for, and since when. Nothing of it is stored. */
export interface StuckRuns {
  /** Keeps the first reason until it is cleared; a wait for another run gives way to any other. */
  note(run: RunHead, code: StuckCode, params?: Stuck['params'], since?: number): void
  /** Puts the reason into the history, once until it is cleared, so that admins hear of it. */
  announce(run: RunHead): void
  /** The run goes on. */
  clear(runId: number): void
  of(runId: number): Stuck | null
  /** By run id. */
  all(): { runId: number; stuck: Stuck }[]
}

export function createStuckRuns({
  events,
  clock,
  log,
}: Pick<EngineContext, 'events' | 'clock' | 'log'>): StuckRuns {
  const known = new Map<number, { stuck: Stuck; announced: boolean }>()
  return {
    note(run, code, params = {}, since = clock()) {
      const before = known.get(run.id)
      if (before !== undefined && before.stuck.code !== code && before.stuck.code !== 'other_run') return
      const same = before?.stuck.code === code
      known.set(run.id, {
        stuck: { code, params, since: same ? before.stuck.since : since },
        announced: same && before.announced,
      })
    },
    announce(run) {
      const found = known.get(run.id)
      if (found === undefined || found.announced) return
      const { code, params, since } = found.stuck
      log.warn({ request: run.requestId, run: run.id, code }, 'a run is stuck')
      try {
        events.commit(() => {
          const about = { requestId: run.requestId, runId: run.id, telegramId: run.telegramId }
          events.append('run.stuck', about, 'worker', { code, params, since })
        })
        found.announced = true
      } catch (err) {
        // A disk that takes no more is often the reason itself.
        log.error({ err, request: run.requestId, run: run.id }, 'cannot write down that a run is stuck')
      }
    },
    clear: (runId) => void known.delete(runId),
    of: (runId) => known.get(runId)?.stuck ?? null,
    all: () =>
      [...known].map(([runId, { stuck }]) => ({ runId, stuck })).toSorted((a, b) => a.runId - b.runId),
  }
}
