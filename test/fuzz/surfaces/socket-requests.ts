import { connect } from 'node:net'
import fc from 'fast-check'
import { brokenLink, GENESIS_HASH } from '../../../src/domain/event-hash.ts'
import { apiErrorSchema } from '../../../src/protocol/errors.ts'
import { OPERATION_NAMES, OPERATIONS, type OperationName } from '../../../src/protocol/operations.ts'
import { operator } from '../../support/engine-fixture.ts'
import { addAccount } from '../../support/fake-host.ts'
import { ARENA_BOT, type Arena, openArena } from '../../worker/support/arena.ts'
import { inputsNear } from '../json-schema-inputs.ts'
import { type Exploration, runParameters, type Surface } from '../surface.ts'

/** No answer may take longer, nor a connection stay open after its sender is done. */
const BOUND_MS = 8000
/** Requests that are under way together; one run of the property. */
const VOLLEY = 20

type Listener = 'admin' | 'bot' | 'worker'

interface Sent {
  listener: Listener
  /** What goes over the wire, as latin1. */
  bytes: string
  /** Null when it is no whole request of a known operation: then any refusal will do, or none. */
  operation: OperationName | null
}

const listener = fc.constantFrom<Listener[]>('admin', 'admin', 'bot', 'bot', 'bot', 'worker')
const behalf = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('901', '902', '901', '902', '42', '43') },
  { weight: 1, arbitrary: fc.constantFrom('0', '-1', '1e3', '99999999999999999', 'x', '') },
)
const key = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: 0, max: 5000 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('', 'k'.repeat(200), 'k'.repeat(201), 'é') },
)

/** What JSON can be written as, and what only looks like it. */
function spelled(value: unknown, how: number): string {
  const text = JSON.stringify(value) ?? 'undefined'
  switch (how) {
    case 0:
      return text.slice(0, text.length / 2)
    case 1:
      return `\uFEFF${text}`
    case 2:
      return text.replace('{', '{"id":1,"id":2,')
    case 3:
      return text.replace(/\d+/, '1e999')
    case 4:
      return `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    case 5:
      return `{"id":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`
    case 6:
      return text.replaceAll(',', ',\n\t ')
    case 7:
      return `${text}\0`
    case 8:
      return text.replace('"', '"\\ud800')
    case 9:
      return `{"id":${'9'.repeat(400)}}`
    case 10:
      return `{"__proto__":{"id":1},"id":1}`
    case 11:
      return '"'.repeat(70_000)
    default:
      return text
  }
}

const headerNames = [
  'host',
  'usher-protocol',
  'content-type',
  'content-length',
  'origin',
  'expect',
  'te',
  'upgrade',
  'transfer-encoding',
  'connection',
  'x',
]
const strangeHeader = fc.oneof(
  { weight: 30, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom(...headerNames),
      fc.constantFrom(
        '',
        'usher',
        '1',
        '2',
        '0',
        '-1',
        '99999999',
        'chunked',
        '100-continue',
        'websocket',
        'é',
        'a'.repeat(9000),
      ),
    ),
  },
)

/** A whole request of one operation, near to right. */
function requestOf(operation: OperationName): fc.Arbitrary<Sent> {
  return fc
    .record({
      listener,
      behalf: fc.option(behalf, { freq: 20 }),
      key: fc.option(key, { freq: 20 }),
      input: inputsNear(OPERATIONS[operation].input),
      how: fc.integer({ min: 0, max: 300 }),
      strange: strangeHeader,
      isChunked: fc.constantFrom(false, false, false, false, true),
    })
    .map(({ listener, behalf, key, input, how, strange, isChunked }) => {
      const body = Buffer.from(spelled(input, how))
      const length = isChunked ? 'transfer-encoding: chunked' : `content-length: ${body.length}`
      const lines = [
        `POST /v1/${operation} HTTP/1.1`,
        'host: usher',
        'usher-protocol: 1',
        'content-type: application/json',
        length,
        ...(behalf === null || listener !== 'bot' ? [] : [`usher-on-behalf-of-telegram: ${behalf}`]),
        ...(key === null ? [] : [`idempotency-key: ${key}`]),
        ...(strange === null ? [] : [strange.join(': ')]),
      ]
      const framed = isChunked
        ? `${body.length.toString(16)}\r\n${body.toString('latin1')}\r\n0\r\n\r\n`
        : body.toString('latin1')
      const isWhole = strange === null
      return {
        listener,
        bytes: `${lines.join('\r\n')}\r\n\r\n${framed}`,
        operation: isWhole ? operation : null,
      }
    })
}

/** Bytes that are no request, or nearly one. */
const brokenBytes: fc.Arbitrary<Sent> = fc
  .record({
    listener,
    start: fc.constantFrom(
      ...[
        '',
        'GET /v1/version HTTP/1.1',
        'POST /v1/whoami HTTP/1.1',
        'POST /v1/whoami HTTP/1.0',
        'GET http://x/ HTTP/1.1',
      ],
      ...[
        'CONNECT x:1 HTTP/1.1',
        'PRI * HTTP/2.0',
        'GET /v1/events?after=-1 HTTP/1.1',
        'GET /v1/events?after=1e9 HTTP/1.1',
      ],
      ...[
        'POST /v1/../whoami HTTP/1.1',
        'POST /v1/constructor HTTP/1.1',
        'OPTIONS * HTTP/1.1',
        '\x16\x03\x01\x02\x00',
      ],
    ),
    headers: fc.array(
      fc.tuple(
        fc.constantFrom(...headerNames, 'usher-on-behalf-of-telegram', ': ', '\0'),
        fc.string({ maxLength: 12 }),
      ),
      { maxLength: 6 },
    ),
    separator: fc.constantFrom('\r\n', '\r\n', '\n', '\r', ''),
    body: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('{}', 'ffffffffff\r\n', '2\r\n{}\r\n0\r\n\r\n'),
    ),
  })
  .map(({ listener, start, headers, separator, body }) => ({
    listener,
    bytes: [start, ...headers.map((pair) => pair.join(': ')), '', body].join(separator),
    operation: null,
  }))

/** What there is to decide must come first. */
const MORE: Partial<Record<OperationName, number>> = {
  'request.draft': 12,
  'request.submit': 6,
  'request.approve': 4,
}

/** Every operation by itself, so that one that joins is explored too. */
const sent: fc.Arbitrary<Sent> = fc.oneof(
  ...OPERATION_NAMES.map((name) => ({
    weight: MORE[name] ?? (OPERATIONS[name].mutates ? 2 : 1),
    arbitrary: requestOf(name),
  })),
  { weight: 5, arbitrary: brokenBytes },
)

/** Sends, says that nothing more comes when it was no whole request, and reads to the end. Null when the connection was closed without an answer. */
function send(arena: Arena, { listener, bytes, operation }: Sent): Promise<string | null> {
  return new Promise((resolve, reject) => {
    // The kernel notes the effective uid of the moment.
    if (listener === 'bot') process.seteuid?.(ARENA_BOT.uid)
    const socket = connect(arena.socket(listener))
    if (listener === 'bot') process.seteuid?.(0)
    let text = ''
    const hung = setTimeout(() => {
      socket.destroy()
      reject(new Error(`no end within ${BOUND_MS} ms after ${JSON.stringify(bytes.slice(0, 300))}`))
    }, BOUND_MS)
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
      // A stream of events goes on for ever: that it began is its answer.
      if (text.includes('text/event-stream')) socket.destroy()
    })
    socket.on('error', () => {})
    socket.once('close', () => {
      clearTimeout(hung)
      resolve(text === '' ? null : text)
    })
    if (operation === null) socket.end(Buffer.from(bytes, 'latin1'))
    else socket.write(Buffer.from(bytes, 'latin1'))
  })
}

/** Throws when an answer is none that the protocol has. */
function checkAnswer({ operation, bytes }: Sent, text: string | null): void {
  const complain = (why: string) => {
    throw new Error(`${why} to ${JSON.stringify(bytes.slice(0, 600))}: ${text?.slice(0, 600) ?? 'nothing'}`)
  }
  if (text === null) {
    if (operation !== null) complain('no answer')
    return
  }
  const status = Number(/^HTTP\/1\.1 ([0-9]{3}) /.exec(text)?.[1])
  if (!(status >= 200 && status < 500)) complain(`the status ${status}`)
  if (text.includes('text/event-stream')) return
  const body: unknown = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))
  const { ok, ...rest } = body as { ok: boolean }
  if (ok !== true) {
    const { error } = rest as { error?: unknown }
    if (apiErrorSchema.parse(error).code === 'internal') complain('an internal error')
  } else if (operation !== null) {
    const output = OPERATIONS[operation].output.safeParse(rest)
    if (!output.success) complain(`an output that the contract does not have (${output.error.message})`)
  }
}

/** Everything that must hold whatever was sent. */
function checkWorker({ fixture, errors }: Arena): void {
  if (errors.length > 0) throw new Error(`the worker logged ${JSON.stringify(errors[0], replaceErrors)}`)
  const { events, requests } = fixture.store
  const broken = brokenLink(allEvents(arenaEvents(events)), { id: 0, hash: GENESIS_HASH })
  if (broken !== null) throw new Error(`the chain of events is broken at ${broken}`)
  for (const request of requests.list({ open: false, limit: 200 })) {
    const run = fixture.store.runs.newestOf(request.id)
    if (
      run !== null &&
      ['draft', 'denied', 'expired', 'cancelled'].includes(request.state) &&
      request.revision === 1
    ) {
      throw new Error(`request ${request.id} has run ${run} although it is ${request.state}`)
    }
  }
}

type EventsAfter = (cursor: number, limit: number) => ReturnType<Arena['fixture']['store']['events']['after']>
const arenaEvents =
  (events: Arena['fixture']['store']['events']): EventsAfter =>
  (cursor, limit) =>
    events.after(cursor, limit)

function* allEvents(after: EventsAfter) {
  for (let cursor = 0; ; ) {
    const page = after(cursor, 1000)
    if (page.length === 0) return
    yield* page
    cursor = page.at(-1)!.id
  }
}

function replaceErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.stack : value
}

async function openFuzzedArena(): Promise<Arena> {
  const people = [901, 902].map((id) => ({
    telegram_id: id,
    name: `A ${id}`,
    os_user: `a${id}`,
    role: 'admin',
  }))
  const arena = await openArena(people, { limits: { checksPerMinute: 1e9, claimAttemptsPerHour: 1e9 } })
  addAccount(arena.fixture.machine, 'carol', 4501)
  // Some of everything is there to be hit.
  const { fixture } = arena
  await fixture.onboard({ telegram_id: 50, os_user: 'old' })
  await fixture.submit(operator, { telegram_id: 51, os_user: 'waiting' })
  await fixture.submit(operator, { telegram_id: 52, os_user: 'carol', account: 'adopt' })
  return arena
}

export const socketRequests: Surface = {
  name: 'sockets',
  what: 'requests of every operation and broken HTTP, on all three listeners',
  inputs: 62_000,
  needsSandbox: true,
  async explore(plan: Exploration) {
    let inputs = 0
    // A new worker now and then, so that a failure needs few inputs before it.
    const rounds = Math.max(1, Math.round(plan.inputs / 10_000))
    for (let round = 0; round < rounds; round++) {
      const arena = await openFuzzedArena()
      try {
        await fc.assert(
          fc.asyncProperty(
            fc.array(sent, { minLength: 1, maxLength: VOLLEY, size: 'max' }),
            async (volley) => {
              const aimed = volley.map((one, index) => aim(arena, one, inputs + index))
              inputs += aimed.length
              const answers = await Promise.all(aimed.map((one) => send(arena, one)))
              for (const [index, one] of aimed.entries()) checkAnswer(one, answers[index] ?? null)
              if (arena.errors.length > 0) checkWorker(arena)
            },
          ),
          runParameters({ ...plan, seed: plan.seed + round }, plan.inputs / rounds / (VOLLEY / 2)),
        )
        checkWorker(arena)
      } finally {
        await arena.close()
      }
    }
    return inputs
  },
}

/** Most of the time at a request or run that is there, with the digest of now. */
function aim(arena: Arena, one: Sent, turn: number): Sent {
  if (one.operation === null || turn % 4 === 0) return one
  const { requests } = arena.fixture.store
  const undecided = requests.list({ open: true, limit: 20 })
  const open = undecided.length > 0 ? undecided : requests.list({ open: false, limit: 20 })
  const request = open[turn % Math.max(1, open.length)]
  const runs = arena.fixture.store.runs.inState(['succeeded', 'undone', 'failed'])
  const run = runs[turn % Math.max(1, runs.length)]
  const split = one.bytes.indexOf('\r\n\r\n') + 4
  let body = one.bytes.slice(split)
  if (request !== undefined) {
    body = body.replace(/"id":[1-9]\d?(?=[,}])/, `"id":${request.id}`)
    body = body.replaceAll('"DIGEST"', JSON.stringify(request.plan.digest))
  }
  if (run !== undefined) body = body.replace(/"run_id":[1-9]\d?(?=[,}])/, `"run_id":${run.id}`)
  if (one.bytes.includes('transfer-encoding')) {
    // One chunk: its length stands before it.
    const [, text] = /^[0-9a-f]+\r\n([\s\S]*)\r\n0\r\n\r\n$/.exec(body) ?? []
    if (text === undefined) return one
    body = `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`
  }
  const head = one.bytes.slice(0, split).replace(/content-length: \d+/, `content-length: ${body.length}`)
  return { ...one, bytes: head + body }
}
