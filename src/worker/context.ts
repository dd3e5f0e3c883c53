import type { Config } from '../config/config.ts'
import type { Actor } from '../domain/actor.ts'
import type { ApiError, ErrorCode } from '../protocol/errors.ts'
import type { OperationArguments, OperationName } from '../protocol/operations.ts'
import type { RefusalReason } from '../protocol/refusals.ts'
import type { Host } from '../provisioning/host/host.ts'
import type { StepRegistry } from '../provisioning/registry.ts'
import type { Store } from '../store/store.ts'
import type { Caller } from './caller.ts'
import type { OperationResult } from './engine.ts'
import type { EventLog } from './events.ts'
import type { Secrets } from './factors/secrets.ts'
import type { EngineLimits } from './limits.ts'
import type { Tally } from './metrics/tally.ts'
import type { RateLimit } from './operations/rate-limit.ts'
import type { Observe } from './planning/observe.ts'
import type { Reconciler } from './reconcile/reconciler.ts'
import type { StuckRuns } from './running/stuck-runs.ts'

/** What the engine writes to the log; pino's logger is one. */
export interface EngineLog {
  info(data: object, message: string): void
  warn(data: object, message: string): void
  error(data: object, message: string): void
}

/** Everything that operations and the runner work with. */
export interface EngineContext {
  config: Config
  host: Host
  registry: StepRegistry
  store: Store
  events: EventLog
  observe: Observe
  reconciler: Reconciler
  log: EngineLog
  /** Epoch milliseconds; the worker's clock decides about every time. */
  clock: () => number
  limits: EngineLimits
  stuck: StuckRuns
  tally: Tally
  checks: RateLimit
  chatLooks: RateLimit
  claimAttempts: RateLimit
  redeemAttempts: RateLimit
  /** Aborts when the worker stops: whoever waits answers then. */
  stopping: AbortSignal
  challenges: RateLimit
  startedAt: number
  /** Why root runs code that others can change; null when nobody can. */
  development: string | null
  version: string
  secrets: Secrets
  /** Who this actor would be if they asked now; null when nobody. For approvals that were given earlier. */
  callerOf: (actor: Actor) => Promise<Caller | null>
}

/**
 * One operation: looks (asynchronously), then either refuses or hands back its effect, which runs synchronously in the
 * transaction that also remembers the answer under its idempotency key. An effect repeats every check that something
 * could have changed since; one that refuses must not have written, except on purpose.
 */
export type Operation<N extends OperationName> = (
  context: EngineContext,
  caller: Caller,
  args: OperationArguments<N>,
) => Promise<Refusal | Effect<N>>

export interface Refusal {
  error: ApiError
}
export interface Effect<N extends OperationName> {
  effect: () => OperationResult<N>
}

/** The exact reason of a refusal, with its values, for whoever says it in another language. */
export function because(
  reason: RefusalReason,
  params: Readonly<Record<string, string | number>> = {},
): Pick<ApiError, 'params'> {
  return { params: { ...params, refusal: reason } }
}

/** A refusal with a message for people. */
export function refusal(
  code: ErrorCode,
  message: string,
  more: Pick<ApiError, 'params' | 'violations'> = {},
): Refusal & { ok: false } {
  return { ok: false, error: { code, message, ...more } }
}
