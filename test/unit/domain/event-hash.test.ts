import { expect, test } from 'vitest'
import type { DomainEvent } from '../../../src/domain/event.ts'
import { brokenLink, eventHash, GENESIS_HASH } from '../../../src/domain/event-hash.ts'

function chain(length: number): DomainEvent[] {
  const events: DomainEvent[] = []
  for (let id = 1; id <= length; id++) {
    const event = {
      id,
      at: id * 10,
      type: 'step.finished' as const,
      requestId: 1,
      runId: 1,
      subjectTelegramId: 42,
      actor: 'worker',
      data: { index: id, nested: { b: 1, a: [1, 'ä'] } },
      previousHash: events.at(-1)?.hash ?? GENESIS_HASH,
    }
    events.push({ ...event, hash: eventHash(event) })
  }
  return events
}
const start = { id: 0, hash: GENESIS_HASH }

test('a chain holds, also from the middle on', () => {
  const events = chain(4)
  expect(brokenLink(events, start)).toBeNull()
  expect(brokenLink(events.slice(2), events[1]!)).toBeNull()
})

test.for<[string, (events: DomainEvent[]) => void]>([
  [
    'changed data',
    (events) => {
      events[1]!.data = { index: 9 }
    },
  ],
  [
    'another time',
    (events) => {
      events[1]!.at++
    },
  ],
  [
    'another actor',
    (events) => {
      events[1]!.actor = 'operator'
    },
  ],
  [
    'another subject',
    (events) => {
      events[1]!.subjectTelegramId = null
    },
  ],
  [
    'a new hash over changed data',
    (events) => {
      events[1]!.data = {}
      events[1]!.hash = eventHash(events[1]!)
    },
  ],
  [
    'a missing event',
    (events) => {
      events.splice(1, 1)
    },
  ],
  [
    'two events in another order',
    (events) => {
      events.splice(1, 2, events[2]!, events[1]!)
    },
  ],
])('%s breaks it', ([, tamper]) => {
  const events = chain(4)
  tamper(events)
  expect(brokenLink(events, start)).not.toBeNull()
})

test('the hash does not depend on the order of members', () => {
  const [event] = chain(1)
  const shuffled = Object.fromEntries(Object.entries(event!).reverse()) as unknown as DomainEvent
  expect(eventHash(shuffled)).toBe(event!.hash)
})
