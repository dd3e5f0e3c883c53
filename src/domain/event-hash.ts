import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import type { DomainEvent } from './event.ts'

/** `previousHash` of the first event. */
export const GENESIS_HASH = '0'.repeat(64)

/** One place in the chain: an event's id and its hash. */
export interface ChainEnd {
  id: number
  hash: string
}

/** Before the first event. */
export const GENESIS: ChainEnd = { id: 0, hash: GENESIS_HASH }

/** SHA-256 in hex over the canonical JSON of everything in the event but its own hash. */
export function eventHash(event: Omit<DomainEvent, 'hash'>): string {
  const { id, at, type, requestId, runId, subjectTelegramId, actor, data, previousHash } = event
  return createHash('sha256')
    .update('usher event v1\n')
    .update(canonicalJson({ id, at, type, requestId, runId, subjectTelegramId, actor, data, previousHash }))
    .digest('hex')
}

/**
 * What is wrong between one event and the one before it:
 * - `missing`: its id is not the next one
 * - `unlinked`: it was written after another event than the one before it, so one of the two was put in, moved or replaced
 * - `changed`: it is not what was written
 */
export type LinkProblem = 'missing' | 'unlinked' | 'changed'

/** What is wrong with an event that follows `after`; null when it is as it was written, where it was written. */
export function linkProblem(event: DomainEvent, after: ChainEnd): LinkProblem | null {
  if (event.id !== after.id + 1) return 'missing'
  // An event that was changed keeps the link that it had: what it says of itself is looked at first.
  if (event.hash !== eventHash(event)) return 'changed'
  return event.previousHash === after.hash ? null : 'unlinked'
}

/** The first event whose place, predecessor or hash is not as it must be, or null when the chain holds. */
export function brokenLink(events: Iterable<DomainEvent>, after: ChainEnd): number | null {
  let end = after
  for (const event of events) {
    if (linkProblem(event, end) !== null) return event.id
    end = event
  }
  return null
}
