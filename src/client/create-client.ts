import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type ApiError, apiErrorSchema } from '../protocol/errors.ts'
import {
  OPERATIONS,
  type OperationInput,
  type OperationName,
  type OperationOutput,
  PROTOCOL_VERSION,
  VERSION_PATH,
  versionSchema,
} from '../protocol/operations.ts'
import type { CallOptions, CallResult, Client } from './client.ts'
import type { Place } from './connection.ts'
import { followEvents } from './event-stream.ts'
import { type Ask, exchange, textOf } from './exchange.ts'
import { connectionLost, interrupted, noAnswer } from './unreachable.ts'

export interface ClientOptions extends Place {
  /** A call that takes longer is given up. */
  timeoutMs?: number
}

const failedSchema = z.strictObject({ ok: z.literal(false), error: apiErrorSchema })
const succeededSchema = z.looseObject({ ok: z.literal(true) })

type Answer = { ok: true; body: Record<string, unknown> } | { ok: false; error: ApiError }

/**
 * A client of the worker's socket at `socketPath`. Before the first call, and again after the worker was away, it asks for
 * the version of the contract; an answer that does not keep to the contract is `version_mismatch`.
 */
export function createClient(options: ClientOptions): Client {
  const { socketPath, timeoutMs = 30_000 } = options
  const closed = new AbortController()
  let handshake: Promise<ApiError | null> | null = null

  const ask = async (what: Ask, signal: AbortSignal | undefined, within = timeoutMs): Promise<Answer> => {
    const deadline = AbortSignal.timeout(within)
    const any = AbortSignal.any([deadline, closed.signal, ...(signal === undefined ? [] : [signal])])
    const given = await exchange(options, what, any)
    const text = given.ok ? await textOf(given.response) : null
    if (any.aborted && text === null) {
      const late = deadline.aborted && !closed.signal.aborted && signal?.aborted !== true
      return { ok: false, error: late ? noAnswer(socketPath, within) : interrupted(socketPath) }
    }
    if (!given.ok) return given
    if (text === null) return { ok: false, error: connectionLost(socketPath, null) }
    return answerOf(text, what.path)
  }

  const greet = async (signal: AbortSignal | undefined): Promise<ApiError | null> => {
    const answer = await ask({ method: 'GET', path: VERSION_PATH }, signal)
    if (!answer.ok) return answer.error
    const version = versionSchema.safeParse(answer.body)
    if (!version.success) return strange(VERSION_PATH)
    return version.data.protocol === PROTOCOL_VERSION
      ? null
      : mismatch(
          `it speaks version ${version.data.protocol} of the protocol and this program version ${PROTOCOL_VERSION}`,
        )
  }

  const checkVersion = async (signal: AbortSignal | undefined): Promise<ApiError | null> => {
    handshake ??= greet(undefined)
    const mine = handshake
    const error = await whicheverFirst(mine, signal, socketPath)
    if (error !== null && handshake === mine) handshake = null
    return error
  }

  return {
    async call(operation, input, callOptions = {}) {
      const refused = await checkVersion(callOptions.signal)
      if (refused !== null) return { ok: false, error: refused }
      const answer = await ask(
        askFor(operation, input, callOptions),
        callOptions.signal,
        callOptions.timeoutMs,
      )
      if (!answer.ok) {
        if (answer.error.code === 'unreachable') handshake = null
        return answer
      }
      return resultOf(operation, answer.body)
    },
    events: (cursor, { signal, onBehalfOf }) =>
      followEvents(options, cursor, { signal: AbortSignal.any([signal, closed.signal]), onBehalfOf }),
    async close() {
      closed.abort()
    },
  }
}

function askFor<N extends OperationName>(operation: N, input: OperationInput<N>, options: CallOptions): Ask {
  const idempotencyKey = OPERATIONS[operation].mutates ? (options.idempotencyKey ?? randomUUID()) : undefined
  return {
    method: 'POST',
    path: `/v1/${operation}`,
    body: JSON.stringify(input),
    onBehalfOf: options.onBehalfOf,
    idempotencyKey,
  }
}

function answerOf(text: string, path: string): Answer {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return { ok: false, error: strange(path) }
  }
  const failed = failedSchema.safeParse(body)
  if (failed.success) return { ok: false, error: failed.data.error }
  const succeeded = succeededSchema.safeParse(body)
  return succeeded.success ? { ok: true, body: succeeded.data } : { ok: false, error: strange(path) }
}

function resultOf<N extends OperationName>(operation: N, body: Record<string, unknown>): CallResult<N> {
  const { ok: _, ...output } = body
  const parsed = OPERATIONS[operation].output.safeParse(output)
  return parsed.success
    ? { ok: true, ...(parsed.data as OperationOutput<N>) }
    : { ok: false, error: strange(`/v1/${operation}`) }
}

function strange(path: string): ApiError {
  return mismatch(`its answer to ${path} is not what the protocol says`)
}

function mismatch(why: string): ApiError {
  return {
    code: 'version_mismatch',
    message: `cannot talk to this worker: ${why}; run the same version of Usher on both sides and restart the older one`,
  }
}

/** The handshake is shared between calls; a call that is given up does not wait for it. */
function whicheverFirst(
  handshake: Promise<ApiError | null>,
  signal: AbortSignal | undefined,
  socketPath: string,
): Promise<ApiError | null> {
  if (signal === undefined) return handshake
  return new Promise((resolve) => {
    const abort = () => resolve(interrupted(socketPath))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    handshake.then((error) => {
      signal.removeEventListener('abort', abort)
      resolve(error)
    })
  })
}
