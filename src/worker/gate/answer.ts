import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type ApiError, ERROR_CODES } from '../../protocol/errors.ts'

/** How much more of a refused request is read and thrown away, so that its sender gets to read the answer. */
const LINGER = { ms: 1000, bytes: 8 * 1024 * 1024 }

/** Answers a request that was read to its end; the connection closes with it. */
export function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  })
  response.end(text)
}

/** HTTP status of an answer with this error. */
export function statusOf(error: ApiError): number {
  return ERROR_CODES[error.code].http
}

/**
 * Refuses a connection's request at once, whatever of it is still on its way: writes the answer past the HTTP machinery,
 * says that nothing more will come, and closes when the sender does, after a moment or after a few megabytes.
 */
export function refuse(
  socket: Socket,
  error: ApiError,
  request?: IncomingMessage,
  status = statusOf(error),
): void {
  if (socket.destroyed || socket.writableEnded) {
    socket.destroy()
    return
  }
  const text = JSON.stringify({ ok: false, error })
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  )
  const timer = setTimeout(() => socket.destroy(), LINGER.ms)
  timer.unref()
  let discarded = 0
  const discard = (chunk: Buffer) => {
    discarded += chunk.length
    if (discarded > LINGER.bytes) socket.destroy()
  }
  request?.on('data', discard)
  socket.once('end', () => socket.destroy())
  socket.once('close', () => clearTimeout(timer))
  if (request === undefined) socket.resume()
}
