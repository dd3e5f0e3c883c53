import type { Config } from '../config/config.ts'
import type { Actor } from '../domain/actor.ts'
import { type DiskProblem, diskProblems } from '../provisioning/host/files/disk.ts'
import type { Host } from '../provisioning/host/host.ts'
import type { StepRegistry } from '../provisioning/registry.ts'
import type { Store } from '../store/store.ts'
import { startDailyHead } from './audit/daily-head.ts'
import type { Caller } from './caller.ts'
import type { EngineContext, EngineLog } from './context.ts'
import type { Engine } from './engine.ts'
import { createEventLog, isVisibleTo } from './events.ts'
import type { Secrets } from './factors/secrets.ts'
import { DEFAULT_LIMITS, type EngineLimits } from './limits.ts'
import { readMetrics } from './metrics/read-metrics.ts'
import { createTally, type Tally } from './metrics/tally.ts'
import { createExecute } from './operations/execute.ts'
import { lapse, nextLapse } from './operations/lapse.ts'
import { createRateLimit } from './operations/rate-limit.ts'
import { createObserve } from './planning/observe.ts'
import { createReconciler } from './reconcile/reconciler.ts'
import { createSchedule } from './reconcile/schedule.ts'
import { sayRestored } from './restored.ts'
import { startRetention } from './retention.ts'
import { createRunner } from './running/runner.ts'
import { createStuckRuns } from './running/stuck-runs.ts'

export interface EngineDependencies {
  config: Config
  host: Host
  registry: StepRegistry
  store: Store
  log: EngineLog
  secrets: Secrets
  /** Who this actor would be if they asked now; null when nobody. Asked again when an approved run is claimed. */
  callerOf: (actor: Actor) => Promise<Caller | null>
  version: string
  /** Why root runs code that others can change, with `--development`; else null. */
  development?: string | null
  /** Epoch milliseconds. */
  clock?: () => number
  limits?: Partial<EngineLimits>
  tally?: Tally
  diskProblems?: (folders: readonly string[]) => Promise<DiskProblem[]>
}

/** Longest wait for the next expiry: timers of more than 2^31 ms fire at once, and clocks are set. */
const EXPIRY_CHECK_MAX_MS = 60 * 60_000

/** The engine over an open store. Does nothing by itself before `start`. */
export function createEngine(dependencies: EngineDependencies): Engine {
  const { config, host, registry, store, log, secrets, callerOf, version } = dependencies
  const clock = dependencies.clock ?? Date.now
  const limits: EngineLimits = { ...DEFAULT_LIMITS, ...dependencies.limits }
  const tally = dependencies.tally ?? createTally()
  const events = createEventLog(store, clock, tally)
  const stopping = new AbortController()
  const parts: Omit<EngineContext, 'reconciler'> = {
    config,
    host,
    registry,
    store,
    log,
    clock,
    limits,
    secrets,
    callerOf,
    version,
    development: dependencies.development ?? null,
    events,
    tally,
    stuck: createStuckRuns({ events, clock, log }),
    observe: createObserve(config, host, dependencies.diskProblems ?? ((folders) => diskProblems(folders))),
    checks: createRateLimit(limits.checksPerMinute, 60_000),
    chatLooks: createRateLimit(limits.chatLooksPerHour, 60 * 60_000),
    challenges: createRateLimit(limits.challengesPerHour, 60 * 60_000),
    stopping: stopping.signal,
    claimAttempts: createRateLimit(limits.claimAttemptsPerHour, 60 * 60_000),
    redeemAttempts: createRateLimit(limits.redeemsPerHour, 60 * 60_000),
    startedAt: clock(),
  }
  const context: EngineContext = { ...parts, reconciler: createReconciler(parts) }
  const runner = createRunner(context)
  const schedule = createSchedule(context, awaitExpiry)
  let expiry: NodeJS.Timeout | undefined
  let running = false
  let endDailyHead = () => {}
  let endRetention = () => {}

  function awaitExpiry(): void {
    clearTimeout(expiry)
    const next = running ? nextLapse(context) : null
    if (next === null) return
    const wait = Math.min(Math.max(0, next - clock()), EXPIRY_CHECK_MAX_MS)
    expiry = setTimeout(() => {
      try {
        lapse(context)
        runner.kick()
      } catch (error) {
        log.error({ err: error }, 'cannot end what has lapsed')
      }
      awaitExpiry()
    }, wait + 1)
    expiry.unref()
  }

  return {
    execute: createExecute(context, () => {
      awaitExpiry()
      runner.kick()
    }),
    events: {
      after: events.after,
      latest: events.latest,
      subscribe: events.subscribe,
      visibleTo: isVisibleTo,
    },
    metrics: () => readMetrics(context),
    async start() {
      running = true
      events.commit(() => {
        const nobody = { requestId: null, runId: null, telegramId: null }
        sayRestored(context)
        events.append('worker.started', nobody, 'worker', { version, mode: config.mode })
      })
      lapse(context)
      if (config.audit.postHead) endDailyHead = startDailyHead(context)
      endRetention = startRetention(context)
      runner.start()
      schedule.start()
      awaitExpiry()
    },
    async stop(deadlineMs) {
      running = false
      stopping.abort()
      clearTimeout(expiry)
      schedule.stop()
      endDailyHead()
      endRetention()
      await Promise.all([context.reconciler.stop(), runner.stop(deadlineMs)])
    },
  }
}
