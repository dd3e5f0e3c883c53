import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClient } from '../../../src/client/create-client.ts'
import { createSseParser } from '../../../src/client/sse-parser.ts'
import type { EventView } from '../../../src/protocol/views.ts'
import { type ProtocolServer, startProtocolServer } from '../../support/protocol-server/protocol-server.ts'

function eventOf(id: number, data: EventView['data'] = {}): EventView {
  return {
    id,
    at: id,
    type: 'worker.started',
    request_id: null,
    run_id: null,
    subject_telegram_id: null,
    actor: 'worker',
    data,
    previous_hash: '0'.repeat(64),
    hash: '1'.repeat(64),
  }
}

let server: ProtocolServer
let stop: AbortController
beforeEach(async () => {
  server = await startProtocolServer()
  stop = new AbortController()
})
afterEach(async () => {
  stop.abort()
  await server.close()
})

const follow = (cursor: number) =>
  createClient({ socketPath: server.socketPath, expectServerUid: null }).events(cursor, {
    signal: stop.signal,
  })

async function take(events: AsyncIterable<EventView>, count: number, meanwhile?: (id: number) => void) {
  const ids: number[] = []
  for await (const event of events) {
    ids.push(event.id)
    meanwhile?.(event.id)
    if (ids.length === count) break
  }
  return ids
}

describe('following events', () => {
  it('begins after the cursor and goes on with what happens', async () => {
    for (const id of [1, 2, 3]) server.publish(eventOf(id))
    const ids = await take(follow(1), 4, (id) => {
      if (id === 3) for (const next of [4, 5]) server.publish(eventOf(next))
    })
    expect(ids).toEqual([2, 3, 4, 5])
  })

  it('comes back after the connection broke, without missing or repeating one', async () => {
    for (const id of [1, 2]) server.publish(eventOf(id))
    const ids = await take(follow(0), 4, (id) => {
      if (id !== 2) return
      server.cutStreams()
      for (const next of [3, 4]) server.publish(eventOf(next))
    })
    expect(ids).toEqual([1, 2, 3, 4])
    expect(server.seen.map(({ path }) => path)).toEqual(['/v1/events?after=0', '/v1/events?after=2'])
  })

  it('never hands out one twice, whatever the worker repeats', async () => {
    for (const id of [1, 2, 2, 1, 3]) server.publish(eventOf(id))
    expect(await take(follow(0), 3)).toEqual([1, 2, 3])
  })

  it('waits for a worker that is not there, ever more slowly', async () => {
    let refusals = 0
    server.raw = (request) => {
      refusals += 1
      request.socket.destroy()
    }
    const taken = take(follow(0), 1)
    await sleep(650)
    expect(refusals).toBeGreaterThanOrEqual(2)
    expect(refusals).toBeLessThanOrEqual(4)
    server.raw = null
    server.publish(eventOf(1))
    expect(await taken).toEqual([1])
  })

  it('does not pass over what it cannot understand', async () => {
    server.raw = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: {"id":1}\n\n')
      response.write(`data: ${JSON.stringify(eventOf(2))}\n\n`)
    }
    const ids: number[] = []
    const reading = (async () => {
      for await (const event of follow(0)) ids.push(event.id)
    })()
    await sleep(300)
    stop.abort()
    await reading
    expect(ids).toEqual([])
  })

  it('ends at once when it is told to, while waiting and while reading', async () => {
    const reading = take(follow(0), 1)
    await sleep(50)
    stop.abort()
    expect(await reading).toEqual([])
  })

  it('leaves no connection behind when its reader stops', async () => {
    server.publish(eventOf(1))
    expect(await take(follow(0), 1)).toEqual([1])
    await expect.poll(() => server.openStreams()).toBe(0)
  })
})

describe('the parser of server-sent events', () => {
  it('finds the same events however the bytes are cut', () => {
    const text = `:\n\nid: 1\ndata: {"name":"Žofie 🦉"}\n\ndata:a\r\ndata: b\r\n\r\nevent: x\nretry: 1\n\n`
    const bytes = new TextEncoder().encode(text)
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
        const parser = createSseParser()
        const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
        const parts = places
          .slice(1)
          .flatMap((end, index) => parser.push(bytes.subarray(places[index], end)) ?? [])
        expect(parts).toEqual([
          { kind: 'comment' },
          { kind: 'data', data: '{"name":"Žofie 🦉"}' },
          { kind: 'data', data: 'a\nb' },
        ])
      }),
      { numRuns: 200 },
    )
  })

  it('gives up on an event without end', () => {
    const parser = createSseParser()
    const chunk = new TextEncoder().encode('x'.repeat(600_000))
    expect(parser.push(chunk)).toEqual([])
    expect(parser.push(chunk)).toBeNull()
  })
})
