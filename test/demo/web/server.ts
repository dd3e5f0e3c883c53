/** Serves the page on loopback, and what it asks for, to whoever has its address. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Control } from '../../support/bot-api-server/control/control.ts'
import { readBytes } from '../../support/bot-api-server/request-body.ts'
import { performAction } from './actions.ts'
import { letIn } from './gate.ts'
import type { HostView } from './host-view.ts'
import { createLive } from './live.ts'
import type { CastMember } from './phone-view.ts'

export interface WebOptions {
  control: Control
  /** Everybody with a phone; the first plays on the left, the second on the right. */
  cast: readonly CastMember[]
  /** What a visitor may try first, for the page. */
  play: { mode: 'system' | 'own'; failSmoke: boolean; botUsername: string; newcomer: number; admin: number }
  lookAtHost: () => HostView
  /** A port on 127.0.0.1; a free one by default. */
  port?: number
  /** The visitor has asked for the end. */
  onEnd(): void
}

export interface Web {
  /** With the token: who has it can play. */
  url: string
  close(): Promise<void>
}

const PAGE = new URL('page/', import.meta.url)
const MAX_BODY_BYTES = 64 * 1024
const STILL_THERE_MS = 15_000

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Nothing from elsewhere, nothing inline, in nobody's frame; and no text is ever made into mark-up. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** The names of the page's files, which are all that can be asked for. */
const FILES = [
  'index.html',
  'style.css',
  'icon.svg',
  'main.js',
  'announce.js',
  'chooser.js',
  'composer.js',
  'dom.js',
  'entities.js',
  'hints.js',
  'host.js',
  'message.js',
  'phone.js',
  'server.js',
]

/** Starts listening; rejects when the port is taken. */
export async function serveWeb(options: WebOptions): Promise<Web> {
  const { control, cast, play, onEnd } = options
  const token = randomBytes(24).toString('base64url')
  const ids = cast.map(({ id }) => id)
  const files = new Map(FILES.map((name) => [name, readFileSync(new URL(name, PAGE))]))
  const live = createLive({ control, cast: ids, lookAtHost: options.lookAtHost })
  const streams = new Set<ServerResponse>()
  let port = options.port ?? 0

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { headers, method = '', url = '' } = request
    const entry = letIn(
      {
        method,
        url,
        host: headers.host,
        origin: headers.origin,
        site: one(headers['sec-fetch-site']),
        contentType: headers['content-type'],
      },
      { port, token },
    )
    if (!entry.ok) return send(response, entry.status, 'text/plain; charset=utf-8', SAYS[entry.status])
    if (method === 'POST') return answerPost(request, response, entry.path)
    if (entry.path === 'events') return follow(response)
    const name = entry.path === '' ? 'index.html' : entry.path
    const file = files.get(name)
    if (file === undefined) return send(response, 404, 'text/plain; charset=utf-8', SAYS[404])
    send(response, 200, TYPES[name.split('.').at(-1)!]!, file)
  }

  async function answerPost(request: IncomingMessage, response: ServerResponse, path: string) {
    if (path === 'end') {
      sendJson(response, 200, { ok: true })
      return onEnd()
    }
    if (path !== 'act') return sendJson(response, 404, { ok: false, error: SAYS[404] })
    const bytes = await readBytes(request, MAX_BODY_BYTES)
    const body = bytes === undefined ? undefined : parse(bytes.toString('utf8'))
    const outcome = await performAction(control, ids, body)
    sendJson(response, outcome.ok ? 200 : 409, outcome)
  }

  function follow(response: ServerResponse) {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream; charset=utf-8' })
    const tell = (event: string, data: unknown) =>
      void response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    tell('cast', { cast, play })
    const unfollow = live.follow((news) => tell(news.kind, news))
    const signs = setInterval(() => void response.write(': still there\n\n'), STILL_THERE_MS)
    streams.add(response)
    response.once('close', () => {
      clearInterval(signs)
      unfollow()
      streams.delete(response)
    })
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  port = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${port}/${token}/`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await live.close()
      for (const stream of streams) stream.end('event: end\ndata: {}\n\n')
      server.closeIdleConnections()
      setTimeout(() => server.closeAllConnections(), 200).unref()
      await closed
    },
  }
}

const SAYS = {
  403: 'cannot answer: only the page of this demo may ask\n',
  404: 'cannot find that: open the address that the demo has printed, with all of it\n',
  405: 'cannot answer: only GET and POST\n',
  415: 'cannot read that: only JSON\n',
}

const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value)

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown) {
  send(response, status, 'application/json', JSON.stringify(body))
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer) {
  response.writeHead(status, { ...HEADERS, 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
