import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate as parserHasHadItsTurn } from 'node:timers/promises'
import { descriptorOf, type ReadPeer } from '../../peer/peer-credentials.ts'
import type { ApiError } from '../../protocol/errors.ts'
import { OPERATIONS, PROTOCOL_VERSION } from '../../protocol/operations.ts'
import type { Caller, Listener } from '../caller.ts'
import type { Engine } from '../engine.ts'
import type { Log } from '../log.ts'
import { EXPOSITION_TYPE } from '../metrics/exposition.ts'
import type { Tally } from '../metrics/tally.ts'
import { decide } from './access.ts'
import { answer, refuse, statusOf } from './answer.ts'
import { createBudget, type Limits, type Release } from './budget.ts'
import { streamEvents } from './event-stream.ts'
import { executeChecked } from './execute-checked.ts'
import { readBody } from './request-body.ts'
import { type Asked, readHead, readScrapeHead } from './request-head.ts'
import type { CallerResult, Claim } from './resolve-caller.ts'

// Importing it would evaluate all its exports, WebSocket among them, which loads undici: 13 MB and 70 ms for nothing.
const { createServer } = process.getBuiltinModule('node:http')

export interface GateDependencies {
  log: Log
  readPeer: ReadPeer
  /** Whether an account of this host has the uid. */
  isAccount: (uid: number) => boolean
  resolve: (claim: Claim) => Promise<CallerResult>
  engine: Pick<Engine, 'execute' | 'events' | 'metrics'>
  tally: Tally
  /** Version of the program. */
  version: string
}

export interface Gate {
  server: Server
  /** Accepts nothing new, ends streams, lets requests finish; what is left after `deadlineMs` is cut off. */
  close(deadlineMs: number): Promise<void>
}

/** Time that a connection may take, in milliseconds. */
export const TIMES = { headers: 5000, request: 10_000, idle: 30_000, heartbeat: 15_000, lag: 30_000 }

/** Uids without an account share one budget: subuid(5) lends an account thousands of them. */
const UNNAMED = -1

/** What is known of one connection. Never who the peer is allowed to be: that is asked per request. */
interface Connection {
  uid: number
  /** Whose budget it uses: the uid's, or that of all uids without an account. */
  payer: number
  /** `executing`: the request was read whole and its operation may have begun. */
  phase: 'reading' | 'executing' | 'streaming' | 'refused'
}

/**
 * One listener's HTTP: one request a connection, four kinds of request, nothing else; that of the metrics has one kind. Who connects is read from the
 * kernel once, at accept.
 *
 * INVARIANTS
 * - Nothing is executed before the whole request was read and nothing but it was sent.
 * - A connection holds its place in the budget until its socket is closed.
 */
export function createGate(dependencies: GateDependencies, listener: Listener, limits: Limits): Gate {
  const { log, readPeer, isAccount, tally } = dependencies
  const budget = createBudget(limits)
  const connections = new Map<Socket, Connection>()
  const seen = new WeakSet<Socket>()
  const stopping = new AbortController()
  const server = createServer({
    maxHeaderSize: 8 * 1024,
    headersTimeout: TIMES.headers,
    requestTimeout: TIMES.request,
    connectionsCheckingInterval: 500,
    // A missing Host gets our own answer.
    requireHostHeader: false,
  })
  // All headers are looked at; their size is limited above.
  server.maxHeadersCount = 0
  server.setTimeout(TIMES.idle, (socket) => socket.destroy())

  const payerOf = (uid: number): number => {
    try {
      return isAccount(uid) ? uid : UNNAMED
    } catch (error) {
      log.error({ listener, err: error }, 'cannot tell whether somebody has an account')
      return UNNAMED
    }
  }

  const serve = server.listeners('connection') as ((socket: Socket) => void)[]
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => socket.destroy())
    const peer = readPeer(descriptorOf(socket))
    if (!peer.known) {
      log.warn({ listener, why: peer.why }, 'connection closed: cannot tell who it is')
      tally.refused(listener, 'unknown_peer')
      socket.destroy()
      return
    }
    const payer = payerOf(peer.uid)
    const release = budget.takeConnection(payer)
    if (release === null) {
      tally.refused(listener, 'connections')
      // Words are for those who are a little over; a flood is not worth the time.
      if (budget.takeRequest(payer)) refuse(socket, tooMany('connections'))
      else socket.destroy()
      return
    }
    connections.set(socket, { uid: peer.uid, payer, phase: 'reading' })
    tally.connections(listener, 1)
    socket.once('close', () => {
      connections.delete(socket)
      tally.connections(listener, -1)
      release()
    })
    for (const handler of serve) handler.call(server, socket)
  })

  const refuseOn = (socket: Socket, error: ApiError, request?: IncomingMessage, status?: number) => {
    const connection = connections.get(socket)
    // Its own answer comes, and closes the connection.
    if (connection?.phase === 'executing') return
    if (connection?.phase !== 'reading') {
      socket.destroy()
      return
    }
    connection.phase = 'refused'
    refuse(socket, error, request, status)
  }

  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    const message = late
      ? 'cannot wait any longer for this request: send it whole within 10 seconds'
      : 'cannot understand this request: it is not the HTTP that this socket speaks'
    refuseOn(socket as Socket, { code: 'bad_request', message }, undefined, late ? 408 : 400)
  })
  for (const tunnel of ['connect', 'upgrade'] as const) {
    server.on(tunnel, (request: IncomingMessage, socket) => {
      refuseOn(socket as Socket, {
        code: 'bad_request',
        message: `cannot ${request.method}: no tunnels here`,
      })
    })
  }
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    serveRequest(request, response).catch((error: unknown) => {
      log.error({ listener, err: error }, 'request failed: this is a bug')
      const failed: ApiError = {
        code: 'internal',
        message: 'cannot finish this request: see the log of the worker',
      }
      if (response.headersSent) request.socket.destroy()
      else answer(response, statusOf(failed), { ok: false, error: failed })
    })
  }
  server.on('request', onRequest)
  server.on('checkContinue', onRequest)
  server.on('checkExpectation', onRequest)

  const serveRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { socket } = request
    const connection = connections.get(socket)
    if (connection === undefined) {
      socket.destroy()
      return
    }
    if (seen.has(socket)) {
      return refuseOn(socket, {
        code: 'bad_request',
        message: 'cannot serve a second request on one connection',
      })
    }
    seen.add(socket)
    const { uid, payer } = connection
    if (stopping.signal.aborted) return refuseOn(socket, shuttingDown(), request)
    if (!budget.takeRequest(payer)) {
      tally.refused(listener, 'requests')
      return refuseOn(socket, tooMany('requests'), request)
    }
    const head = listener === 'metrics' ? readScrapeHead(request) : readHead(request)
    if (!head.ok) return refuseOn(socket, head.error, request)
    const body = await readBody(request)
    await parserHasHadItsTurn()
    if (connection.phase === 'refused' || socket.destroyed) return
    if (!body.ok) return refuseOn(socket, body.error, request)
    connection.phase = 'executing'

    const claim: Claim = { listener, uid, onBehalfOf: head.asked.onBehalfOf }
    const who = await dependencies.resolve(claim)
    if (!who.ok) return answer(response, statusOf(who.error), { ok: false, error: who.error })
    switch (head.asked.kind) {
      case 'version':
        return answer(response, 200, { ok: true, protocol: PROTOCOL_VERSION, version: dependencies.version })
      case 'events':
        return follow(connection, response, claim, who.caller, head.asked.after)
      case 'metrics':
        return scrape(response, who.caller)
      case 'operation':
        return perform(response, who.caller, head.asked, body.bytes)
    }
  }

  const scrape = async (response: ServerResponse, caller: Caller): Promise<void> => {
    if (decide('metrics.read', caller, 'none') === 'deny') {
      const error = notPermitted('metrics.read')
      return answer(response, statusOf(error), { ok: false, error })
    }
    const text = await dependencies.engine.metrics()
    response.writeHead(200, {
      'content-type': EXPOSITION_TYPE,
      'content-length': Buffer.byteLength(text),
      connection: 'close',
    })
    response.end(text)
  }

  const perform = async (
    response: ServerResponse,
    caller: Caller,
    asked: Extract<Asked, { kind: 'operation' }>,
    bytes: Buffer,
  ): Promise<void> => {
    const { operation, idempotencyKey } = asked
    const started = performance.now()
    const result =
      decide(operation, caller, 'none') === 'deny'
        ? { ok: false as const, error: notPermitted(operation), about: {} }
        : await executeChecked(dependencies.engine, caller, operation, bytes, idempotencyKey)
    const outcome = result.ok ? 'ok' : result.error.code
    const seconds = (performance.now() - started) / 1000
    const ms = Math.round(seconds * 1000)
    tally.operation(operation, outcome, seconds)
    const level = OPERATIONS[operation].mutates || !result.ok ? 'info' : 'debug'
    log[level]({ listener, actor: caller.actor.kind, operation, ...result.about, outcome, ms }, 'operation')
    if (result.ok) answer(response, 200, { ok: true, ...result.output })
    else answer(response, statusOf(result.error), { ok: false, error: result.error })
  }

  const follow = async (
    connection: Connection,
    response: ServerResponse,
    claim: Claim,
    caller: Caller,
    after: number,
  ): Promise<void> => {
    const permitted = decide('events.follow', caller, 'none') === 'allow'
    const release: Release | null = permitted ? budget.takeStream(claim.uid) : null
    if (release === null) {
      if (permitted) tally.refused(listener, 'streams')
      const error = permitted ? tooMany('event streams') : notPermitted('events.follow')
      return answer(response, statusOf(error), { ok: false, error })
    }
    connection.phase = 'streaming'
    tally.streams(listener, 1)
    try {
      response.socket?.setTimeout(0)
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        connection: 'close',
      })
      response.flushHeaders()
      const resolve = () => dependencies.resolve(claim)
      await streamEvents(dependencies.engine.events, resolve, response, stopping.signal, after, {
        heartbeatMs: TIMES.heartbeat,
        lagMs: TIMES.lag,
      })
    } finally {
      tally.streams(listener, -1)
      release()
      response.end()
    }
  }

  return {
    server,
    close: async (deadlineMs) => {
      stopping.abort()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const [socket, { phase }] of connections) if (phase === 'reading') socket.destroy()
      const timer = setTimeout(() => {
        for (const socket of connections.keys()) socket.destroy()
      }, deadlineMs)
      await closed
      clearTimeout(timer)
    },
  }
}

function tooMany(what: string): ApiError {
  return { code: 'too_many', message: `cannot serve any more ${what} of this account: try again in a second` }
}

function shuttingDown(): ApiError {
  return { code: 'shutting_down', message: 'cannot begin anything: the worker is stopping; try again' }
}

/** The same for everybody and everything, so that it tells nothing. */
function notPermitted(operation: string): ApiError {
  return { code: 'not_permitted', message: `cannot do this: '${operation}' is not permitted here` }
}
