import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Client } from '../../../src/client/client.ts'
import { type ClientOptions, createClient } from '../../../src/client/create-client.ts'
import type { OperationOutput } from '../../../src/protocol/operations.ts'
import { type ProtocolServer, startProtocolServer } from '../../support/protocol-server/protocol-server.ts'

const WHOAMI: OperationOutput<'whoami'> = {
  actor: { key: 'operator', name: null },
  person: null,
  role: 'operator',
  permissions: [],
  admin: true,
}
const self = process.getuid?.() ?? 0

let server: ProtocolServer
const clients: Client[] = []
beforeEach(async () => {
  server = await startProtocolServer()
  server.handlers.whoami = () => WHOAMI
})
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
  await server.close()
})

function clientOf(options: Partial<ClientOptions> = {}): Client {
  const client = createClient({ socketPath: server.socketPath, expectServerUid: null, ...options })
  clients.push(client)
  return client
}

describe('a call', () => {
  it('asks for the version once and sends the headers that the worker insists on', async () => {
    const client = clientOf()
    expect(await client.call('whoami', {})).toEqual({ ok: true, ...WHOAMI })
    await client.call('whoami', {})
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/version',
      'POST /v1/whoami',
      'POST /v1/whoami',
    ])
    expect(server.seen[1]?.headers).toEqual({
      host: 'usher',
      'usher-protocol': '1',
      'content-type': 'application/json',
      'content-length': '2',
      connection: 'close',
    })
  })

  it('names whom it is on behalf of', async () => {
    await clientOf().call('whoami', {}, { onBehalfOf: 42 })
    expect(server.seen[1]?.headers['usher-on-behalf-of-telegram']).toBe('42')
    expect(server.seen[0]?.headers['usher-on-behalf-of-telegram']).toBeUndefined()
  })

  it('that mutates has a key of its own unless it is given one', async () => {
    const client = clientOf()
    await client.call('request.cancel', { id: 1 })
    await client.call('request.cancel', { id: 1 })
    await client.call('request.cancel', { id: 1 }, { idempotencyKey: 'mine' })
    const keys = server.seen.slice(1).map(({ headers }) => headers['idempotency-key'])
    expect(new Set(keys).size).toBe(3)
    expect(keys[2]).toBe('mine')
  })

  it('gets an error as the worker said it', async () => {
    const error = { code: 'held' as const, message: 'cannot', params: { request: 7 } }
    server.handlers['request.cancel'] = () => ({ error })
    expect(await clientOf().call('request.cancel', { id: 1 })).toEqual({ ok: false, error })
  })
})

describe('a worker that cannot be talked to', () => {
  const messageOf = async (options: Partial<ClientOptions>) => {
    const result = await clientOf(options).call('whoami', {})
    return result.ok ? 'it answered' : `${result.error.code}: ${result.error.message}`
  }

  it('is unreachable without a socket, and the message says which and what to do', async () => {
    const socketPath = join(server.folder, 'none.sock')
    const message = await messageOf({ socketPath })
    expect(message).toContain(`unreachable: cannot reach the worker at ${socketPath}`)
    expect(message).toMatch(/start the worker.*ENOENT/)
  })

  it('is unreachable when nobody listens any more', async () => {
    const socketPath = join(server.folder, 'dead.sock')
    const listener = createServer()
    await new Promise<void>((resolve) => listener.listen(socketPath, resolve))
    const { renameSync } = await import('node:fs')
    renameSync(socketPath, `${socketPath}.kept`)
    await new Promise((resolve) => listener.close(resolve))
    renameSync(`${socketPath}.kept`, socketPath)
    expect(await messageOf({ socketPath })).toMatch(/unreachable: .*ECONNREFUSED/)
  })

  it('is refused before a byte is sent when it runs as another uid', async () => {
    expect(await messageOf({ expectServerUid: self + 1 })).toContain(`it must run as uid ${self + 1}`)
    expect(server.seen).toEqual([])
  })

  it('is accepted when it runs as the uid that it must have', async () => {
    expect(await messageOf({ expectServerUid: self })).toBe('it answered')
  })

  it('that speaks another version is a clear error, and nothing else is sent', async () => {
    server.protocol = 2
    expect(await messageOf({})).toMatch(/version_mismatch: .*version 2.*version 1/)
    expect(server.seen).toHaveLength(1)
  })

  it('that answers what the contract does not say is a version mismatch', async () => {
    server.handlers.whoami = () => ({ ...WHOAMI, role: 5 }) as never
    expect(await messageOf({})).toMatch(/version_mismatch: .*\/v1\/whoami/)
  })

  it.each(['', 'null', '{"ok":true', '{"ok":false}', '<html>'])(
    'that answers %j is a version mismatch',
    async (text) => {
      server.raw = (_, response) => response.end(text)
      expect(await messageOf({})).toContain('version_mismatch')
    },
  )

  it('that hangs up in the middle is unreachable, and what became of the call is said to be open', async () => {
    server.raw = (_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"ok"', () => response.destroy())
    }
    expect(await messageOf({})).toContain('unreachable: cannot tell what became of this')
  })

  it('that hangs up without a word is unreachable', async () => {
    server.raw = (request) => request.socket.destroy()
    expect(await messageOf({})).toContain('unreachable: cannot tell what became of this')
  })

  it('that never answers is given up after the time-out', async () => {
    server.raw = () => {}
    expect(await messageOf({ timeoutMs: 50 })).toContain('unreachable: cannot wait any longer')
  })

  it('that sends without end is given up', async () => {
    server.raw = (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(1024 * 1024))) {}
      }
      response.on('drain', more)
      more()
    }
    expect(await messageOf({})).toContain('unreachable')
  })

  it('is given up when the caller does', async () => {
    server.raw = () => {}
    const signal = AbortSignal.timeout(30)
    const result = await clientOf().call('whoami', {}, { signal })
    expect(result).toMatchObject({ ok: false, error: { code: 'unreachable' } })
  })

  it('is asked for its version again once it is back', async () => {
    const client = clientOf()
    await client.call('whoami', {})
    server.raw = (request) => request.socket.destroy()
    expect((await client.call('whoami', {})).ok).toBe(false)
    server.raw = null
    server.protocol = 2
    expect(await client.call('whoami', {})).toMatchObject({ error: { code: 'version_mismatch' } })
  })

  it('is not called after close', async () => {
    const client = clientOf()
    await client.close()
    expect(await client.call('whoami', {})).toMatchObject({ error: { code: 'unreachable' } })
    expect(server.seen).toEqual([])
  })
})
