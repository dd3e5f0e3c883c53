import type { Run } from '../../domain/run.ts'
import { hasEnded } from '../../domain/transitions.ts'
import type { EngineContext } from '../context.ts'
import { claimRun } from './claim-run.ts'
import { activateLate, dueActivations } from './late-activation.ts'
import { performRun } from './perform-run.ts'
import { interruptedRuns } from './recovery.ts'
import { createRunTransitions } from './run-transitions.ts'

/**
 * Executes runs, and activations that waited for a Start: at most one per OS user and per Telegram id, different people side by
 * side.
 *
 * INVARIANTS
 * - `active` has every run that this process works on; a run is claimed from it and the queue in one synchronous turn.
 * - The queue is the database. `kick` is called after everything that may have queued or resumed a run, ended one or let go of
 *   a person, so nothing is polled and an approval starts its run at once.
 */
export interface Runner {
  /** Takes up what an earlier worker left, then the queue. */
  start(): void
  kick(): void
  stop(deadlineMs: number): Promise<void>
}

/** How long an aborted step may take to settle once the stop's own deadline has passed. */
const STOP_GRACE_MS = 1000

export function createRunner(context: EngineContext): Runner {
  const { store, log, limits } = context
  const transitions = createRunTransitions(context)
  const active = new Map<number, { run: Run; done: Promise<void> }>()
  const abort = new AbortController()
  let started = false
  let stopping = false
  const stop = { wanted: () => stopping, signal: abort.signal }

  function work(run: Run): void {
    const resumed = run.state !== 'queued'
    const done = (async () => {
      if (run.state === 'succeeded') return activateLate(context, transitions, run, stop)
      if (!resumed && !(await claimRun(context, transitions, run))) return
      await performRun(context, transitions, run.id, resumed, stop)
    })().then(
      () => {
        active.delete(run.id)
        kick()
      },
      (error: unknown) => {
        // A bug, or a database that takes no more. The run keeps its place, so that nobody works on this person meanwhile.
        log.error({ err: error, run: run.id }, 'a run was interrupted and is tried again later')
        setTimeout(() => again(run.id), limits.retryMs).unref()
      },
    )
    active.set(run.id, { run, done })
  }

  function again(runId: number): void {
    if (stopping) return
    try {
      const run = store.runs.get(runId)
      active.delete(runId)
      if (run !== null && !hasEnded(run.state)) work(run)
      kick()
    } catch (error) {
      log.error({ err: error, run: runId }, 'cannot take up an interrupted run')
      setTimeout(() => again(runId), limits.retryMs).unref()
    }
  }

  function kick(): void {
    if (!started || stopping) return
    const resumed = interruptedRuns(store).filter(({ id }) => !active.has(id))
    for (const run of [...resumed, ...dueActivations(store), ...store.runs.inState(['queued'])]) {
      const others = [...active.values()].map((one) => one.run)
      if (others.length >= limits.concurrentRuns) return
      const busy = others.some(
        (other) => other.id === run.id || other.osUser === run.osUser || other.telegramId === run.telegramId,
      )
      if (!busy) work(run)
    }
  }

  return {
    start() {
      started = true
      for (const { id, state } of interruptedRuns(store)) {
        log.info({ run: id, state }, 'going on with an interrupted run')
      }
      kick()
    },
    kick,
    async stop(deadlineMs) {
      stopping = true
      const settled = Promise.all([...active.values()].map(({ done }) => done))
      await Promise.race([settled, delay(deadlineMs)])
      abort.abort()
      await Promise.race([settled, delay(STOP_GRACE_MS)])
    },
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
