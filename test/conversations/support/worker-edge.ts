import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  EVENTS_PATH,
  IDEMPOTENCY_HEADER,
  ON_BEHALF_HEADER,
  type OperationName,
  PROTOCOL_VERSION,
  VERSION_PATH,
} from '../../../src/protocol/operations.ts'
import type { FakeWorker } from './fake-worker.ts'

/** Puts a worker's edge on a Unix socket, for a bot in a process of its own. Resolves with how to close it. */
export async function listenAsWorker(worker: FakeWorker, socketPath: string): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    answer(worker, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  return async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  }
}

async function answer(worker: FakeWorker, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://usher')
  const onBehalf = request.headers[ON_BEHALF_HEADER]
  if (url.pathname === VERSION_PATH)
    return send(response, { ok: true, protocol: PROTOCOL_VERSION, version: '0.1.0' })
  if (url.pathname === EVENTS_PATH) {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    for await (const event of worker.events(Number(url.searchParams.get('after')), { signal: gone.signal })) {
      response.write(`id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`)
    }
    return
  }
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const key = request.headers[IDEMPOTENCY_HEADER]
  const result = await worker.call(
    url.pathname.slice('/v1/'.length) as OperationName,
    JSON.parse(Buffer.concat(chunks).toString()),
    {
      ...(typeof onBehalf === 'string' ? { onBehalfOf: Number(onBehalf) } : {}),
      ...(typeof key === 'string' ? { idempotencyKey: key } : {}),
    },
  )
  send(response, result)
}

function send(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
