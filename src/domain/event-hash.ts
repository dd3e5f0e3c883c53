import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import type { DomainEvent } from './event.ts'

/** `previousHash` of the first event. */
export const GENESIS_HASH = '0'.repeat(64)

/** SHA-256 in hex over the canonical JSON of everything in the event but its own hash. */
export function eventHash(event: Omit<DomainEvent, 'hash'>): string {
  const { id, at, type, requestId, runId, subjectTelegramId, actor, data, previousHash } = event
  return createHash('sha256')
    .update('usher event v1\n')
    .update(canonicalJson({ id, at, type, requestId, runId, subjectTelegramId, actor, data, previousHash }))
    .digest('hex')
}

/** The first event whose place, predecessor or hash is not as it must be, or null when the chain holds. */
export function brokenLink(
  events: Iterable<DomainEvent>,
  after: { id: number; hash: string },
): number | null {
  let { id, hash } = after
  for (const event of events) {
    const intact = event.id === id + 1 && event.previousHash === hash && event.hash === eventHash(event)
    if (!intact) return event.id
    id = event.id
    hash = event.hash
  }
  return null
}
