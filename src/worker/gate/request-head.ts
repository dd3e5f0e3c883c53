import type { IncomingMessage } from 'node:http'
import type { ApiError } from '../../protocol/errors.ts'
import {
  EVENTS_PATH,
  HOST_HEADER_VALUE,
  IDEMPOTENCY_HEADER,
  METRICS_PATH,
  ON_BEHALF_HEADER,
  OPERATIONS,
  type OperationName,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  VERSION_PATH,
} from '../../protocol/operations.ts'

/** The largest body that is read, in bytes. */
export const BODY_LIMIT = 64 * 1024

/** What a request's line and headers ask for. */
export type Asked = {
  onBehalfOf: string | null
} & (
  | { kind: 'version' }
  | { kind: 'metrics' }
  | { kind: 'events'; after: number }
  | { kind: 'operation'; operation: OperationName; idempotencyKey: string | null }
)

export type HeadResult = { ok: true; asked: Asked } | { ok: false; error: ApiError }

/**
 * Reads line and headers strictly: four kinds of request exist and everything else is refused, in particular whatever a
 * browser, a proxy or a request smuggled through one would send (no confused deputy).
 */
export function readHead(request: IncomingMessage): HeadResult {
  const { method = '', url = '' } = request
  const headers = collect(request.rawHeaders)
  const wrong = wrongHead(url, headers)
  if (wrong !== null) return bad(wrong)
  const version = headers.get(PROTOCOL_HEADER)?.[0]
  if (version === undefined) {
    return bad(`cannot serve a request without the header ${PROTOCOL_HEADER}: this is no web server`)
  }
  const onBehalfOf = headers.get(ON_BEHALF_HEADER)?.[0] ?? null
  if (url === VERSION_PATH) {
    return method === 'GET' && !hasBody(headers)
      ? { ok: true, asked: { kind: 'version', onBehalfOf } }
      : bad(`cannot ${method} ${VERSION_PATH}: only GET without a body`)
  }
  if (version !== String(PROTOCOL_VERSION)) {
    return {
      ok: false,
      error: {
        code: 'version_mismatch',
        message: `cannot speak version ${shown(version)} of the protocol: this worker speaks ${PROTOCOL_VERSION}; update the older side`,
        params: { worker: PROTOCOL_VERSION },
      },
    }
  }
  if (url === METRICS_PATH) {
    return method === 'GET' && !hasBody(headers)
      ? { ok: true, asked: { kind: 'metrics', onBehalfOf } }
      : bad(`cannot ${shown(method)} ${METRICS_PATH}: only GET without a body`)
  }
  if (url === EVENTS_PATH || url.startsWith(`${EVENTS_PATH}?`)) {
    const after = /^\?after=([0-9]{1,15})$/.exec(url.slice(EVENTS_PATH.length))?.[1]
    return method === 'GET' && !hasBody(headers) && after !== undefined
      ? { ok: true, asked: { kind: 'events', after: Number(after), onBehalfOf } }
      : bad(`cannot follow events: only GET ${EVENTS_PATH}?after=NUMBER without a body`)
  }
  return readOperation(method, url, headers, onBehalfOf)
}

/**
 * The same where only metrics are read: programs that collect them send a host and headers of their own and cannot be taught ours.
 * What a browser or a proxy would send is refused all the same.
 */
export function readScrapeHead(request: IncomingMessage): HeadResult {
  const { method = '', url = '' } = request
  const headers = collect(request.rawHeaders)
  const wrong = oddHead(url, headers)
  if (wrong !== null) return bad(wrong)
  if (headers.has(ON_BEHALF_HEADER)) return bad('cannot speak for somebody else here')
  return method === 'GET' && url === METRICS_PATH && !hasBody(headers)
    ? { ok: true, asked: { kind: 'metrics', onBehalfOf: null } }
    : bad(`cannot serve this here: only GET ${METRICS_PATH} without a body`)
}

function readOperation(method: string, url: string, headers: Headers, onBehalfOf: string | null): HeadResult {
  const operation = operationOf(url)
  if (operation === null) {
    const message = `cannot perform ${shown(url)}: there is no such operation`
    return { ok: false, error: { code: 'unknown_operation', message } }
  }
  if (method !== 'POST') return bad(`cannot ${shown(method)} an operation: only POST`)
  const type = headers.get('content-type')?.[0] ?? ''
  if (!/^application\/json(; ?charset=utf-8)?$/i.test(type)) {
    return bad('cannot read this body: the content type must be application/json')
  }
  const length = headers.get('content-length')?.[0]
  if (length !== undefined && Number(length) > BODY_LIMIT) return { ok: false, error: tooLarge() }
  const idempotencyKey = headers.get(IDEMPOTENCY_HEADER)?.[0] ?? null
  if (idempotencyKey === null && OPERATIONS[operation].mutates) {
    return bad(`cannot perform ${operation} without the header ${IDEMPOTENCY_HEADER}`)
  }
  if (idempotencyKey !== null && !/^[\x21-\x7e]{1,200}$/.test(idempotencyKey)) {
    return bad(`cannot take this ${IDEMPOTENCY_HEADER}: 1 to 200 visible ASCII characters`)
  }
  return { ok: true, asked: { kind: 'operation', operation, idempotencyKey, onBehalfOf } }
}

/** What a body over the limit is answered with. */
export function tooLarge(): ApiError {
  const message = `cannot read this body: more than ${BODY_LIMIT} bytes`
  return { code: 'too_large', message, params: { limit: BODY_LIMIT } }
}

type Headers = ReadonlyMap<string, readonly string[]>

/** Every header with all its values: Node's own object drops or joins repeated ones. */
function collect(raw: readonly string[]): Headers {
  const headers = new Map<string, string[]>()
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!.toLowerCase()
    headers.set(name, [...(headers.get(name) ?? []), raw[index + 1] ?? ''])
  }
  return headers
}

/** Headers that only browsers, proxies and tricks send here. */
const REFUSED = ['origin', 'upgrade', 'expect', 'content-encoding', 'te', 'trailer', 'x-forwarded-for', 'via']

function wrongHead(url: string, headers: Headers): string | null {
  const odd = oddHead(url, headers)
  if (odd !== null) return odd
  if (headers.get('host')?.[0] !== HOST_HEADER_VALUE) {
    return `cannot serve this host: the header host must be exactly ${HOST_HEADER_VALUE}`
  }
  return null
}

/** What is wrong with a request wherever it comes in. */
function oddHead(url: string, headers: Headers): string | null {
  for (const [name, values] of headers) {
    if (values.length > 1) return `cannot serve a request with ${values.length} headers ${shown(name)}`
  }
  if (!url.startsWith('/')) return 'cannot serve a request for another host: the path must begin with /v1'
  const refused = REFUSED.find((name) => headers.has(name))
  if (refused !== undefined) return `cannot serve a request with the header ${refused}`
  return null
}

function hasBody(headers: Headers): boolean {
  return headers.has('transfer-encoding') || Number(headers.get('content-length')?.[0] ?? 0) > 0
}

function operationOf(url: string): OperationName | null {
  const name = url.startsWith('/v1/') ? url.slice('/v1/'.length) : ''
  return Object.hasOwn(OPERATIONS, name) ? (name as OperationName) : null
}

function bad(message: string): HeadResult {
  return { ok: false, error: { code: 'bad_request', message } }
}

/** A piece of the request for a message: printable ASCII, short. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80).replace(/[^\x20-\x7e]/g, '?'))
}
