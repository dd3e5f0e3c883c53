import type { IncomingMessage } from 'node:http'
import type { ApiError } from '../protocol/errors.ts'
import {
  HOST_HEADER_VALUE,
  IDEMPOTENCY_HEADER,
  ON_BEHALF_HEADER,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
} from '../protocol/operations.ts'
import { openConnection, type Place } from './connection.ts'
import { connectionLost, interrupted } from './unreachable.ts'

// Importing it would evaluate all its exports, WebSocket among them, which loads undici: 13 MB and 70 ms for nothing.
const { request } = process.getBuiltinModule('node:http')

export interface Ask {
  method: 'GET' | 'POST'
  path: string
  /** JSON text. */
  body?: string
  onBehalfOf?: number
  idempotencyKey?: string
}

export type ExchangeResult = { ok: true; response: IncomingMessage } | { ok: false; error: ApiError }

/** The largest answer that is read, in bytes. */
const MAX_ANSWER = 16 * 1024 * 1024

/**
 * One request on a connection of its own (the worker serves one a connection), up to the head of the answer. Whoever
 * gets the response reads or destroys it; when `signal` aborts, it ends.
 */
export async function exchange(place: Place, ask: Ask, signal: AbortSignal): Promise<ExchangeResult> {
  const connection = await openConnection(place, signal)
  if (!connection.ok) return connection
  const { socket } = connection
  return new Promise((resolve) => {
    const outgoing = request({
      createConnection: () => socket,
      method: ask.method,
      path: ask.path,
      setHost: false,
      headers: headersOf(ask),
    })
    // The response, once there, is not ours any more; its end takes the listener off a signal that lives long.
    const abort = () => {
      resolve({ ok: false, error: interrupted(place.socketPath) })
      socket.destroy()
    }
    signal.addEventListener('abort', abort)
    socket.once('close', () => signal.removeEventListener('abort', abort))
    outgoing.once('response', (response) => resolve({ ok: true, response }))
    outgoing.on('error', (error) => resolve({ ok: false, error: connectionLost(place.socketPath, error) }))
    if (signal.aborted) abort()
    else outgoing.end(ask.body)
  })
}

/** The whole text of an answer, or null when it breaks off or is far too long. */
export async function textOf(response: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > MAX_ANSWER) return null
      chunks.push(chunk)
    }
    return response.complete ? Buffer.concat(chunks).toString('utf8') : null
  } catch {
    return null
  } finally {
    response.destroy()
  }
}

function headersOf(ask: Ask): Record<string, string | number> {
  return {
    host: HOST_HEADER_VALUE,
    [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
    ...(ask.body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(ask.body) }),
    ...(ask.onBehalfOf === undefined ? {} : { [ON_BEHALF_HEADER]: String(ask.onBehalfOf) }),
    ...(ask.idempotencyKey === undefined ? {} : { [IDEMPOTENCY_HEADER]: ask.idempotencyKey }),
  }
}
