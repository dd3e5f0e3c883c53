import type { RunHead } from '../../domain/run.ts'
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
  const { store, log, limits, stuck, clock } = context
  const transitions = createRunTransitions(context)
  const active = new Map<number, { run: RunHead; done: Promise<void> }>()
  const abort = new AbortController()
  let clockCheck: NodeJS.Timeout | undefined
  let started = false
  let stopping = false
  const stop = { wanted: () => stopping, signal: abort.signal }

  function work(run: RunHead): void {
    const resumed = run.state !== 'queued'
    const done = (async () => {
      if (run.state === 'succeeded') return activateLate(context, transitions, run, stop)
      if (!resumed && !(await claimRun(context, transitions, run))) return
      await performRun(context, transitions, run.id, resumed, stop)
    })().then(
      () => {
        active.delete(run.id)
        stuck.clear(run.id)
        kick()
      },
      (error: unknown) => {
        // A bug, or a database that takes no more. The run keeps its place, so that nobody works on this person meanwhile.
        log.error(
          { err: error, request: run.requestId, run: run.id },
          'a run was interrupted and is tried again later',
        )
        const why = store.diskProblemOf(error) ?? 'internal'
        stuck.note(run, 'interrupted', { why, every_ms: limits.retryMs })
        stuck.announce(run)
        setTimeout(() => again(run.id), limits.retryMs).unref()
      },
    )
    active.set(run.id, { run, done })
  }

  function again(runId: number): void {
    if (stopping) return
    try {
      const run = store.runs.head(runId)
      active.delete(runId)
      if (run !== null && !hasEnded(run.state)) work(run)
      kick()
    } catch (error) {
      log.error({ err: error, run: runId }, 'cannot take up an interrupted run')
      setTimeout(() => again(runId), limits.retryMs).unref()
    }
  }

  function kick(): void {
    // With every place taken there is nothing to look for: who ends a run kicks again.
    if (!started || stopping || active.size >= limits.concurrentRuns) return
    const resumed = interruptedRuns(store).filter(({ id }) => !active.has(id))
    for (const run of [...resumed, ...dueActivations(store), ...store.runs.inState(['queued'])]) {
      if (active.has(run.id)) continue
      const others = [...active.values()].map((one) => one.run)
      const other = others.find(({ osUser, telegramId }) => {
        return osUser === run.osUser || telegramId === run.telegramId
      })
      if (other !== undefined) {
        stuck.note(run, 'other_run', { run: other.id }, run.queuedAt)
      } else if (others.length >= limits.concurrentRuns) {
        return
      } else if (run.state === 'queued' && run.queuedAt - clock() > limits.clockToleranceMs) {
        waitForClock(run)
      } else {
        if (stuck.of(run.id)?.code !== 'interrupted') stuck.clear(run.id)
        work(run)
      }
    }
  }

  /** Whether its approval is still good cannot be said by a clock that was set back. */
  function waitForClock(run: RunHead): void {
    stuck.note(run, 'clock_behind', { approved_at: run.queuedAt, now: clock() })
    stuck.announce(run)
    clearTimeout(clockCheck)
    clockCheck = setTimeout(() => {
      try {
        kick()
      } catch (error) {
        log.error({ err: error }, 'cannot look whether the clock is right again')
        waitForClock(run)
      }
    }, limits.retryMs).unref()
  }

  return {
    start() {
      started = true
      for (const { id, requestId, state } of interruptedRuns(store)) {
        log.info({ request: requestId, run: id, state }, 'going on with an interrupted run')
      }
      kick()
    },
    kick,
    async stop(deadlineMs) {
      stopping = true
      clearTimeout(clockCheck)
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
