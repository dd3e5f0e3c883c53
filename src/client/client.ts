import type { ApiError } from '../protocol/errors.ts'
import type { OperationInput, OperationName, OperationOutput } from '../protocol/operations.ts'
import type { EventView } from '../protocol/views.ts'

export type CallResult<N extends OperationName> =
  | ({ ok: true } & OperationOutput<N>)
  | { ok: false; error: ApiError }

export interface CallOptions {
  /** Bot only: on whose behalf. */
  onBehalfOf?: number
  /** Required for operations that mutate; a fresh random one is made when absent. */
  idempotencyKey?: string
  signal?: AbortSignal
  /** Instead of the client's own, for what takes longer. */
  timeoutMs?: number
}

/**
 * Typed client of one of the worker's sockets. A worker that cannot be reached, or that is not who it must be
 * (`expectServerUid`), is the error code `unreachable`; nothing throws.
 */
export interface Client {
  call<N extends OperationName>(
    operation: N,
    input: OperationInput<N>,
    options?: CallOptions,
  ): Promise<CallResult<N>>
  /** Events after `cursor`, for ever: reconnects by itself, in order, each once; ends when the signal aborts. */
  events(cursor: number, options: { signal: AbortSignal; onBehalfOf?: number }): AsyncIterable<EventView>
  close(): Promise<void>
}
