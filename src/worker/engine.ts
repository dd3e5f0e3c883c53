import type { ApiError } from '../protocol/errors.ts'
import type { OperationArguments, OperationName, OperationOutput } from '../protocol/operations.ts'
import type { EventView } from '../protocol/views.ts'
import type { Caller } from './caller.ts'

export type OperationResult<N extends OperationName> =
  | { ok: true; output: OperationOutput<N> }
  | { ok: false; error: ApiError }

/** What stands behind the sockets: operations, queue, runner and events over the store and the host. */
export interface Engine {
  /**
   * Decides access (ownership included), applies the idempotency key and performs one operation. `args` already match
   * the operation's input schema.
   */
  execute<N extends OperationName>(
    caller: Caller,
    operation: N,
    args: OperationArguments<N>,
    idempotencyKey: string | null,
  ): Promise<OperationResult<N>>
  events: {
    /** At most `limit` events with ids above `cursor`, in order. */
    after(cursor: number, limit: number): EventView[]
    latest(): number
    /** Calls back after each commit that appended events; returns the unsubscribe function. */
    subscribe(listener: () => void): () => void
    visibleTo(caller: Caller, event: EventView): boolean
  }
  /** What a scraper is told, in Prometheus' text format. */
  metrics(): Promise<string>
  /** Recovers interrupted runs, then claims queued ones as they come. */
  start(): Promise<void>
  /** Finishes or records the current side effect and settles within `deadlineMs`. */
  stop(deadlineMs: number): Promise<void>
}
