import type { RequestView, RunView } from '../../protocol/views.ts'
import type { Logger } from '../log.ts'
import type { Card } from '../state/cards.ts'
import type { Newcomers, Told } from '../state/newcomers.ts'
import { isAway, type WorkerCalls } from '../worker-calls.ts'

/** What a card is about, as the worker shows it to the card's admin now. */
export type CardView =
  | { kind: 'request'; request: RequestView; run: RunView | null; told: Told | null }
  /** Not there any more, or not theirs to see. */
  | { kind: 'gone' }

export interface CardViewDeps {
  worker: WorkerCalls
  newcomers: Newcomers
  log: Logger
}

/** Reads it on behalf of whose card it is; null when the worker is away. */
export async function readCardView(deps: CardViewDeps, card: Card): Promise<CardView | null> {
  const as = { onBehalfOf: card.chatId }
  const got = await deps.worker.call('request.get', { id: card.subject.id }, as)
  if (!got.ok) {
    if (got.error.code === 'not_found' || got.error.code === 'not_permitted') return { kind: 'gone' }
    if (!isAway(got)) deps.log.warn({ card: card.id, code: got.error.code }, 'cannot read a request')
    return null
  }
  const { request } = got
  let run: RunView | null = null
  if (request.run_id !== null && request.state === 'approved') {
    const answer = await deps.worker.call('run.get', { id: request.run_id }, as)
    if (!answer.ok) return null
    run = answer.run
  }
  const told = run === null ? null : await deps.newcomers.of(run.id)
  return { kind: 'request', request, run, told }
}
