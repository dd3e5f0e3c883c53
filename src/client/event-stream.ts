import { setTimeout as sleep } from 'node:timers/promises'
import { EVENTS_PATH } from '../protocol/operations.ts'
import { type EventView, eventViewSchema } from '../protocol/views.ts'
import type { Place } from './connection.ts'
import { exchange } from './exchange.ts'
import { createSseParser } from './sse-parser.ts'

/** In milliseconds. The worker says something at least every 15 s; a stream that is silent longer is dead. */
const TIMES = { firstDelay: 100, longestDelay: 5000, silence: 45_000 }

export interface FollowOptions {
  signal: AbortSignal
  onBehalfOf?: number
}

/**
 * Events after `cursor`, each once and in order, until `signal` aborts. A connection that cannot be had, breaks, falls
 * silent or says what no event is, is tried again from the last event that was handed out, at once and then ever more
 * slowly. Reads no faster than it is asked to.
 */
export async function* followEvents(
  place: Place,
  cursor: number,
  options: FollowOptions,
): AsyncGenerator<EventView, void, undefined> {
  const { signal, onBehalfOf } = options
  let last = cursor
  let delay = TIMES.firstDelay
  while (!signal.aborted) {
    for await (const part of streamOnce(place, last, signal, onBehalfOf)) {
      delay = TIMES.firstDelay
      if (part === null || part.id <= last) continue
      last = part.id
      yield part
      if (signal.aborted) return
    }
    await sleep(delay, undefined, { signal }).catch(() => {})
    delay = Math.min(delay * 2, TIMES.longestDelay)
  }
}

/** One connection's events, null for a sign of life; ends whenever the connection does. */
async function* streamOnce(
  place: Place,
  after: number,
  signal: AbortSignal,
  onBehalfOf: number | undefined,
): AsyncGenerator<EventView | null, void, undefined> {
  const opened = await exchange(
    place,
    { method: 'GET', path: `${EVENTS_PATH}?after=${after}`, onBehalfOf },
    signal,
  )
  if (!opened.ok) return
  const { response } = opened
  const parser = createSseParser()
  response.socket.setTimeout(TIMES.silence, () => response.destroy())
  try {
    if (response.statusCode !== 200) return
    for await (const chunk of chunksOf(response)) {
      const parts = parser.push(chunk)
      if (parts === null) return
      for (const part of parts) {
        const event = part.kind === 'comment' ? null : eventOf(part.data)
        if (event === undefined) return
        yield event
      }
    }
  } finally {
    response.destroy()
  }
}

/** The chunks of a stream; that it broke is its end. */
async function* chunksOf(response: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = response[Symbol.asyncIterator]()
  for (;;) {
    const next = await iterator.next().catch(() => null)
    if (next === null || next.done === true) return
    yield next.value
  }
}

/** A member that a newer worker adds does not matter; undefined when it is no event. */
function eventOf(data: string): EventView | undefined {
  try {
    return eventViewSchema.strip().parse(JSON.parse(data))
  } catch {
    return undefined
  }
}
