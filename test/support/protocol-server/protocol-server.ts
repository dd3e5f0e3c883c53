import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ApiError, ERROR_CODES } from '../../../src/protocol/errors.ts'
import {
  EVENTS_PATH,
  OPERATIONS,
  type OperationArguments,
  type OperationName,
  type OperationOutput,
  PROTOCOL_VERSION,
  VERSION_PATH,
} from '../../../src/protocol/operations.ts'
import type { EventView } from '../../../src/protocol/views.ts'

/** What came in, as it came in. */
export interface Seen {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: unknown
}

export type Handlers = {
  [N in OperationName]?: (
    input: OperationArguments<N>,
    seen: Seen,
  ) => OperationOutput<N> | { error: ApiError } | Promise<OperationOutput<N> | { error: ApiError }>
}

export interface ProtocolServer {
  folder: string
  socketPath: string
  seen: Seen[]
  /** What operations answer; one without a handler is `not_found`. */
  handlers: Handlers
  protocol: number
  /** Instead of everything above: whatever the test wants to happen to a request. */
  raw: ((request: IncomingMessage, response: ServerResponse) => void) | null
  /** Tells followers, and later ones with an older cursor. */
  publish(event: EventView): void
  openStreams(): number
  /** Cuts every open stream. */
  cutStreams(): void
  close(): Promise<void>
}

/**
 * The worker's side of the protocol at its edge, on a real Unix socket in a folder of its own: what a client sees of a
 * worker, with answers that the test gives. Inputs are checked by the contract's own schemas.
 *
 * @param name file name of the socket
 */
export async function startProtocolServer(name = 'worker.sock'): Promise<ProtocolServer> {
  const folder = mkdtempSync(join(tmpdir(), 'usher-protocol-'))
  const socketPath = join(folder, name)
  const events: EventView[] = []
  const streams = new Set<ServerResponse>()
  const sockets = new Set<Socket>()
  const web = createServer({ requireHostHeader: false }, (request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(500)
      response.end(String(error))
    })
  })
  web.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const seen: Seen = { method, path: url, headers, body: text === '' ? undefined : JSON.parse(text) }
    server.seen.push(seen)
    if (server.raw !== null) return server.raw(request, response)
    if (url === VERSION_PATH)
      return send(response, 200, { ok: true, protocol: server.protocol, version: '9.9.9' })
    if (url.startsWith(EVENTS_PATH))
      return follow(response, Number(new URLSearchParams(url.split('?')[1]).get('after')))
    return send(response, ...(await perform(url.slice('/v1/'.length) as OperationName, seen)))
  }

  const perform = async (operation: OperationName, seen: Seen): Promise<[number, object]> => {
    const input = OPERATIONS[operation].input.safeParse(seen.body)
    if (!input.success)
      throw new Error(`a client sent ${operation} an input against the contract: ${input.error}`)
    if (OPERATIONS[operation].mutates && seen.headers['idempotency-key'] === undefined) {
      throw new Error(`a client sent ${operation} without an idempotency key`)
    }
    const handler = server.handlers[operation] as ((input: unknown, seen: Seen) => unknown) | undefined
    const answer = handler === undefined ? { error: notFound() } : await handler(input.data, seen)
    if (typeof answer === 'object' && answer !== null && 'error' in answer) {
      const error = answer.error as ApiError
      return [ERROR_CODES[error.code].http, { ok: false, error }]
    }
    return [200, { ok: true, ...(answer as object) }]
  }

  const follow = (response: ServerResponse, after: number) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' })
    response.flushHeaders()
    streams.add(response)
    response.once('close', () => streams.delete(response))
    for (const event of events) if (event.id > after) response.write(formatted(event))
  }

  const server: ProtocolServer = {
    folder,
    socketPath,
    seen: [],
    handlers: {},
    protocol: PROTOCOL_VERSION,
    raw: null,
    publish(event) {
      events.push(event)
      for (const stream of streams) stream.write(formatted(event))
    },
    openStreams: () => streams.size,
    cutStreams() {
      for (const stream of streams) stream.destroy()
    },
    async close() {
      const closed = new Promise<void>((resolve) => web.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await new Promise<void>((resolve) => web.listen(socketPath, resolve))
  return server
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify(body))
}

function formatted(event: EventView): string {
  return `id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`
}

function notFound(): ApiError {
  return { code: 'not_found', message: 'cannot find it: there is no such thing' }
}
