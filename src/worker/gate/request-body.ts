import type { IncomingMessage } from 'node:http'
import type { ApiError } from '../../protocol/errors.ts'
import { BODY_LIMIT, tooLarge } from './request-head.ts'

/** The bytes of a request's body, or why it is refused. */
export type Body = { ok: true; bytes: Buffer } | { ok: false; error: ApiError }

/** Reads at most the limit. A body that ends early never resolves otherwise than by the connection's end. */
export function readBody(request: IncomingMessage): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > BODY_LIMIT) {
        chunks.length = 0
        resolve({ ok: false, error: tooLarge() })
      } else {
        chunks.push(chunk)
      }
    })
    request.once('end', () => resolve({ ok: true, bytes: Buffer.concat(chunks) }))
    request.once('error', () => resolve({ ok: true, bytes: Buffer.alloc(0) }))
  })
}
