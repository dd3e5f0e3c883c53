import { spawn } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

/** An account to connect as; the tests' sandbox has real ones. */
export interface Peer {
  uid: number
  gid: number
}

export interface Exchange {
  /** HTTP status, null when the connection was closed without an answer. */
  status: number | null
  body: unknown
  text: string
  ms: number
}

/** Sends `bytes` and reads until the worker closes; the writing side stays open. */
export function exchange(path: string, bytes: string | Buffer, peer?: Peer): Promise<Exchange> {
  return peer === undefined ? exchangeHere(path, bytes) : exchangeAs(path, bytes, peer)
}

async function exchangeHere(path: string, bytes: string | Buffer): Promise<Exchange> {
  const started = performance.now()
  const socket = connect(path)
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => {}) // a refused sender may be cut off while it sends
  socket.write(bytes)
  await new Promise((resolve) => socket.once('close', resolve))
  return parse(text, performance.now() - started)
}

async function exchangeAs(path: string, bytes: string | Buffer, peer: Peer): Promise<Exchange> {
  const started = performance.now()
  const child = spawn(process.execPath, [fileURLToPath(new URL('raw-peer.ts', import.meta.url)), path], {
    ...peer,
    env: { PATH: '/usr/bin:/bin', NODE_NO_WARNINGS: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  child.stdin.end(bytes)
  await new Promise((resolve) => child.once('close', resolve))
  return parse(text, performance.now() - started)
}

function parse(text: string, ms: number): Exchange {
  const status = /^HTTP\/1\.1 ([0-9]{3})/.exec(text)?.[1]
  const body = text.slice(text.indexOf('\r\n\r\n') + 4)
  return { status: status === undefined ? null : Number(status), body: json(body), text, ms }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A whole request as bytes. A header set to null is left out. */
export function requestBytes(line: string, headers: Record<string, string | null> = {}, body = ''): string {
  const all: Record<string, string | null> = {
    host: 'usher',
    'usher-protocol': '1',
    ...(body === ''
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  }
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]))
  return `${[`${line} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n${body}`
}

export function post(operation: string, input: unknown, headers: Record<string, string | null> = {}): string {
  return requestBytes(`POST /v1/${operation}`, headers, JSON.stringify(input))
}

/** Follows events until `enough` of the text was seen, then hangs up. */
export function follow(
  path: string,
  bytes: string,
): { socket: Socket; text: () => string; until: (enough: string) => Promise<void> } {
  const socket = connect(path)
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
    socket.emit('more')
  })
  socket.on('error', () => {})
  socket.write(bytes)
  return {
    socket,
    text: () => text,
    until: async (enough) => {
      while (!text.includes(enough) && !socket.destroyed) {
        await new Promise<void>((resolve) => {
          const go = () => {
            socket.off('more', go).off('close', go)
            resolve()
          }
          socket.on('more', go).on('close', go)
        })
      }
    },
  }
}
