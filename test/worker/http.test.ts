import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startGates, type TestGates } from './support/gates.ts'
import { exchange, follow, post, requestBytes } from './support/raw.ts'

// Root is the operator; the account nobody exists on every host and plays the bot.
const BOT = { user: 'nobody', uid: 65_534, gid: 65_534 }
let gates: TestGates
let admin: string
beforeAll(async () => {
  gates = await startGates(BOT)
  admin = gates.socket('admin')
})
afterAll(() => gates.close())
beforeEach(() => {
  gates.executed.length = 0
})

const draft = {
  answers: { telegram_id: 5, name: 'Ada', os_user: 'ada', role: 'user', account: 'create' },
}
const key = { 'idempotency-key': 'k-1' }

describe('an operation', () => {
  test('reaches the engine with its caller, its checked input and its key', async () => {
    const { status, body } = await exchange(admin, post('request.draft', draft, key))
    expect({ status, body }).toMatchObject({ status: 404, body: { ok: false, error: { code: 'not_found' } } })
    expect(gates.executed).toMatchObject([
      {
        operation: 'request.draft',
        caller: { actor: { kind: 'operator', uid: 0 }, listener: 'admin' },
        args: { answers: { ...draft.answers, proof: 'typed' } },
        key: 'k-1',
      },
    ])
  })

  test('may come in chunks', async () => {
    const bytes = requestBytes('POST /v1/whoami', {
      'content-type': 'application/json',
      'transfer-encoding': 'chunked',
    })
    await exchange(admin, `${bytes}1\r\n{\r\n1\r\n}\r\n0\r\n\r\n`)
    expect(gates.executed).toHaveLength(1)
  })

  test('answers the version to whoever speaks another one', async () => {
    const asked = requestBytes('GET /v1/version', { 'usher-protocol': '99' })
    expect(await exchange(admin, asked)).toMatchObject({
      status: 200,
      body: { ok: true, protocol: 1, version: '0.0.0-test' },
    })
    const { status, body } = await exchange(admin, post('whoami', {}, { 'usher-protocol': '99' }))
    expect({ status, body }).toMatchObject({ status: 426, body: { error: { code: 'version_mismatch' } } })
  })

  test('leaves no text of its input in the log', async () => {
    gates.logged.length = 0
    const secret = { answers: { ...draft.answers, name: 'Very Secret Name' } }
    await exchange(admin, post('request.draft', secret, key))
    expect(gates.logged).toHaveLength(1)
    expect(JSON.stringify(gates.logged)).not.toContain('Secret')
  })
})

/** Everything that is refused before anything is executed: what is sent, and what comes back. */
const refused: [string, string | Buffer, number, string][] = [
  [
    'a request without the protocol header',
    post('whoami', {}, { 'usher-protocol': null }),
    400,
    'bad_request',
  ],
  ['a request without a host', post('whoami', {}, { host: null }), 400, 'bad_request'],
  ['a request for another host', post('whoami', {}, { host: 'localhost' }), 400, 'bad_request'],
  [
    'a host that only begins like ours',
    post('whoami', {}, { host: 'usher.example.org' }),
    400,
    'bad_request',
  ],
  ['two hosts', post('whoami', {}, { Host: 'usher' }), 400, 'bad_request'],
  ['a form as a browser sends it', post('whoami', {}, { 'content-type': 'text/plain' }), 400, 'bad_request'],
  ['no content type', post('whoami', {}, { 'content-type': null }), 400, 'bad_request'],
  ['an origin', post('whoami', {}, { origin: 'http://localhost' }), 400, 'bad_request'],
  ['an upgrade', post('whoami', {}, { connection: 'Upgrade', upgrade: 'websocket' }), 400, 'bad_request'],
  ['an expectation', post('whoami', {}, { expect: '100-continue' }), 400, 'bad_request'],
  ['an unknown expectation', post('whoami', {}, { expect: 'miracles' }), 400, 'bad_request'],
  ['a compressed body', post('whoami', {}, { 'content-encoding': 'gzip' }), 400, 'bad_request'],
  ['CONNECT', requestBytes('CONNECT usher:443'), 400, 'bad_request'],
  ['an absolute path', requestBytes('POST http://usher/v1/whoami', {}, '{}'), 400, 'bad_request'],
  ['OPTIONS of everything', requestBytes('OPTIONS *'), 400, 'bad_request'],
  ['TRACE', requestBytes('TRACE /v1/whoami'), 400, 'bad_request'],
  ['GET of an operation', requestBytes('GET /v1/whoami'), 400, 'bad_request'],
  ['POST of the version', requestBytes('POST /v1/version', {}, '{}'), 400, 'bad_request'],
  ['a query behind an operation', requestBytes('POST /v1/whoami?x=1', {}, '{}'), 404, 'unknown_operation'],
  ['an operation that does not exist', post('exec', {}), 404, 'unknown_operation'],
  ['a name out of the language', post('__proto__', {}), 404, 'unknown_operation'],
  ['a path that climbs', requestBytes('POST /v1/../v1/whoami', {}, '{}'), 404, 'unknown_operation'],
  ['events without a cursor', requestBytes('GET /v1/events'), 400, 'bad_request'],
  ['events after something else', requestBytes('GET /v1/events?after=-1'), 400, 'bad_request'],
  ['events with a body', requestBytes('GET /v1/events?after=0', {}, '{}'), 400, 'bad_request'],
  ['a mutation without a key', post('request.draft', draft), 400, 'bad_request'],
  ['an empty key', post('request.draft', draft, { 'idempotency-key': '' }), 400, 'bad_request'],
  [
    'a key of 201 characters',
    post('request.draft', draft, { 'idempotency-key': 'k'.repeat(201) }),
    400,
    'bad_request',
  ],
  ['a key with a space', post('request.draft', draft, { 'idempotency-key': 'a b' }), 400, 'bad_request'],
  ['two keys', post('request.draft', draft, { ...key, 'Idempotency-Key': 'k-2' }), 400, 'bad_request'],
  ['somebody asserted', post('whoami', {}, { 'usher-on-behalf-of-telegram': '5' }), 400, 'bad_request'],
  ['no JSON', requestBytes('POST /v1/whoami', {}, '{"a":'), 400, 'bad_request'],
  [
    'bytes that are no UTF-8',
    Buffer.from(requestBytes('POST /v1/whoami', { 'content-length': '7' }, '{"\u00ff":1}'), 'latin1'),
    400,
    'bad_request',
  ],
  ['JSON that is no object', requestBytes('POST /v1/whoami', {}, '[]'), 422, 'invalid'],
  ['garbage', 'hello, is this the mail server?\r\n\r\n', 400, 'bad_request'],
  ['binary garbage', Buffer.alloc(4000, 0x16), 400, 'bad_request'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'bad_request'],
  ['two different lengths', post('whoami', {}, { 'Content-Length': '3' }), 400, 'bad_request'],
  ['a length and chunks', post('whoami', {}, { 'transfer-encoding': 'chunked' }), 400, 'bad_request'],
  [
    'endless headers',
    `${requestBytes('POST /v1/whoami').slice(0, -2)}${'x-y: zzzzzzzz\r\n'.repeat(1000)}`,
    400,
    'bad_request',
  ],
  [
    'a bare line feed in a header',
    requestBytes('POST /v1/whoami', { 'x-a': 'b\nx-c: d' }, '{}'),
    400,
    'bad_request',
  ],
  [
    'a body that says that it is too large',
    post('whoami', {}, { 'content-length': '65537' }),
    413,
    'too_large',
  ],
]

describe('a request is refused in words, and nothing is executed, when it', () => {
  for (const [what, bytes, status, code] of refused) {
    test(`has or is ${what}`, async () => {
      const answer = await exchange(admin, bytes)
      expect({ status: answer.status, body: answer.body }).toMatchObject({
        status,
        body: { ok: false, error: { code } },
      })
      expect((answer.body as { error: { message: string } }).error.message).toMatch(/^cannot /)
      expect(gates.executed).toEqual([])
      expect(answer.ms).toBeLessThan(2500)
    })
  }

  test('is followed by garbage on the same connection', async () => {
    expect(await exchange(admin, `${post('whoami', {})}!!garbage!!\r\n`)).toMatchObject({ status: 400 })
    expect(gates.executed).toEqual([])
  })

  test('is followed by a second request on the same connection', async () => {
    expect(await exchange(admin, post('whoami', {}) + post('whoami', {}))).toMatchObject({ status: 400 })
    expect(gates.executed).toEqual([])
  })

  test('has 100 MB of body, announced or in chunks', async () => {
    const megabyte = 'x'.repeat(1024 * 1024)
    const announced = await exchange(
      admin,
      requestBytes('POST /v1/whoami', { 'content-type': 'application/json', 'content-length': '104857600' }) +
        megabyte.repeat(100),
    )
    const head = requestBytes('POST /v1/whoami', {
      'content-type': 'application/json',
      'transfer-encoding': 'chunked',
    })
    const chunked = await exchange(
      admin,
      `${head}100000\r\n${megabyte}\r\n`.padEnd(head.length) + `100000\r\n${megabyte}\r\n`.repeat(99),
    )
    for (const answer of [announced, chunked]) {
      expect(answer).toMatchObject({ status: 413, body: { error: { code: 'too_large' } } })
      expect(answer.ms).toBeLessThan(2500)
    }
    expect(gates.executed).toEqual([])
  })

  test('is abandoned in the middle of its body', async () => {
    const socket = connect(admin)
    socket.write(post('request.draft', draft, { ...key, 'content-length': '500' }))
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(gates.executed).toEqual([])
  })
})

describe('a wrong input', () => {
  test('is answered with all violations at once, named as people know the fields', async () => {
    const input = {
      answers: { ...draft.answers, role: undefined, name: 'x'.repeat(1001), sudo: true },
      extra: 1,
    }
    const { status, body } = await exchange(admin, post('request.draft', input, key))
    expect(status).toBe(422)
    const { violations } = (body as { error: { violations: { field: string; code: string }[] } }).error
    expect(violations.map(({ field, code }) => `${field} ${code}`).sort()).toEqual([
      'extra unknown_field',
      'name text_too_long',
      'role required',
      'sudo unknown_field',
    ])
    expect(gates.executed).toEqual([])
  })
})

describe('a client that is slow', () => {
  test('is answered and cut off: after 5 seconds without its headers, after 10 without its body', async () => {
    const [silent, headers, body] = await Promise.all([
      exchange(admin, ''),
      exchange(admin, 'POST /v1/whoami HTTP/1.1\r\nhost: us'),
      exchange(admin, post('request.draft', draft, { ...key, 'content-length': '900' })),
    ])
    for (const answer of [silent, headers, body]) {
      expect(answer).toMatchObject({ status: 408, body: { error: { code: 'bad_request' } } })
    }
    expect(silent.ms).toBeGreaterThan(4000)
    expect(silent.ms).toBeLessThan(8000)
    expect(headers.ms).toBeLessThan(8000)
    expect(body.ms).toBeGreaterThan(9000)
    expect(body.ms).toBeLessThan(13_000)
    expect(gates.executed).toEqual([])
  })
})

describe('a client with too many', () => {
  test('connections is told so once they are 64 on the socket of the operator', async () => {
    const held = Array.from({ length: 64 }, () => connect(admin))
    await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
    const { status, body } = await exchange(admin, post('whoami', {}))
    for (const socket of held) socket.destroy()
    await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    expect({ status, body }).toMatchObject({ status: 429, body: { error: { code: 'too_many' } } })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await exchange(admin, post('whoami', {}))).status).toBe(404)
  })

  test('requests in a second, or event streams, is told so', async () => {
    const everybody = gates.socket('worker')
    const requests = await Promise.all(
      Array.from({ length: 16 }, () => exchange(everybody, post('whoami', {}))),
    )
    const more = await Promise.all(Array.from({ length: 16 }, () => exchange(everybody, post('whoami', {}))))
    const statuses = [...requests, ...more].map(({ status }) => status)
    expect(statuses.filter((status) => status === 404).length).toBeGreaterThanOrEqual(20)
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(8)

    const streams = Array.from({ length: 16 }, () => follow(admin, requestBytes('GET /v1/events?after=0')))
    await Promise.all(streams.map((stream) => stream.until('text/event-stream')))
    const refusedStream = await exchange(admin, requestBytes('GET /v1/events?after=0'))
    for (const { socket } of streams) socket.destroy()
    expect(refusedStream).toMatchObject({ status: 429, body: { error: { code: 'too_many' } } })
  })
})

describe('the stream of events', () => {
  test('begins after the cursor and goes on as events come, in order', async () => {
    gates.append({ n: 1 })
    gates.append({ n: 2 })
    const stream = follow(admin, requestBytes('GET /v1/events?after=1'))
    await stream.until('"n":2')
    gates.append({ n: 3 })
    await stream.until('"n":3')
    stream.socket.destroy()
    expect(stream.text()).toMatch(/^HTTP\/1.1 200 OK\r\ncontent-type: text\/event-stream/)
    expect(stream.text().match(/^id: .*$/gm)).toEqual(['id: 2', 'id: 3'])
  })

  test('holds nothing for a reader who does not read, and goes on from its cursor when they do', async () => {
    const from = gates.events.length
    const stream = follow(admin, requestBytes(`GET /v1/events?after=${from}`))
    gates.append({ n: 'first' })
    await stream.until('first')
    stream.socket.pause()
    const before = process.memoryUsage().external + process.memoryUsage().heapUsed
    for (let n = 0; n < 2000; n++) gates.append({ pad: 'x'.repeat(5000) })
    gates.append({ n: 'last' })
    await new Promise((resolve) => setTimeout(resolve, 200))
    // 10 MB of events are in the store (the test's array); the stream holds a socket's buffer of them at most.
    const grown = process.memoryUsage().external + process.memoryUsage().heapUsed - before
    expect(grown).toBeLessThan(8 * 1024 * 1024)
    stream.socket.resume()
    await stream.until('"n":"last"')
    stream.socket.destroy()
    const ids = stream.text().match(/^id: .*$/gm) ?? []
    expect(ids).toEqual(Array.from({ length: 2002 }, (_, index) => `id: ${from + 1 + index}`))
  })
})
