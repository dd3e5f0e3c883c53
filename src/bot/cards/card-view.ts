import type { ReconciliationView, RequestView, RunView } from '../../protocol/views.ts'
import type { AccessView } from '../../protocol/views-access.ts'
import type { Logger } from '../log.ts'
import type { Card } from '../state/cards.ts'
import type { Newcomers, Told } from '../state/newcomers.ts'
import { isAway, type WorkerCalls } from '../worker-calls.ts'

export interface RequestCardView {
  kind: 'request'
  request: RequestView
  run: RunView | null
  told: Told | null
  /** What the card's admin is permitted; asked only where a button depends on it. */
  permissions: readonly string[]
}

export interface ReconciliationCardView {
  kind: 'reconciliation'
  found: ReconciliationView
  permissions: readonly string[]
}

export interface AccessCardView {
  kind: 'access'
  access: AccessView
  /** Whether it is the card of who asked. */
  own: boolean
  permissions: readonly string[]
}

/** What a card is about, as the worker shows it to the card's admin now. */
export type CardView =
  | RequestCardView
  | ReconciliationCardView
  | AccessCardView
  /** Not there any more, or not theirs to see. */
  | { kind: 'gone' }

export interface CardViewDeps {
  worker: WorkerCalls
  newcomers: Newcomers
  log: Logger
}

/** Reads it on behalf of whose card it is; null when the worker is away. */
export async function readCardView(deps: CardViewDeps, card: Card): Promise<CardView | null> {
  if (card.subject.kind === 'reconciliation') return readReconciliation(deps, card)
  if (card.subject.kind === 'access') return readAccess(deps, card)
  const as = { onBehalfOf: card.chatId }
  const got = await deps.worker.call('request.get', { id: card.subject.id }, as)
  if (!got.ok) {
    if (got.error.code === 'not_found' || got.error.code === 'not_permitted') return { kind: 'gone' }
    if (!isAway(got)) deps.log.warn({ card: card.id, code: got.error.code }, 'cannot read a request')
    return null
  }
  const { request } = got
  if (request.run_id === null || request.state !== 'approved') return requestCardView(request)
  const answer = await deps.worker.call('run.get', { id: request.run_id }, as)
  if (!answer.ok) return null
  const { run } = answer
  const who = run.choices.length > 0 ? await deps.worker.call('whoami', {}, as) : null
  if (who?.ok === false && isAway(who)) return null
  const permissions = who?.ok === true ? who.permissions : []
  return { kind: 'request', request, run, told: await deps.newcomers.of(run.id), permissions }
}

async function readReconciliation({ worker, log }: CardViewDeps, card: Card): Promise<CardView | null> {
  const as = { onBehalfOf: card.chatId }
  const got = await worker.call('reconcile.get', { id: card.subject.id }, as)
  if (!got.ok) {
    if (got.error.code === 'not_found' || got.error.code === 'not_permitted') return { kind: 'gone' }
    if (!isAway(got)) log.warn({ card: card.id, code: got.error.code }, 'cannot read a reconciliation')
    return null
  }
  const found = got.reconciliation
  const who = found.digest === null ? null : await worker.call('whoami', {}, as)
  if (who?.ok === false && isAway(who)) return null
  return { kind: 'reconciliation', found, permissions: who?.ok === true ? who.permissions : [] }
}

async function readAccess({ worker, log }: CardViewDeps, card: Card): Promise<CardView | null> {
  const as = { onBehalfOf: card.chatId }
  const got = await worker.call('access.get', { id: card.subject.id }, as)
  if (!got.ok) {
    if (got.error.code === 'not_found' || got.error.code === 'not_permitted') return { kind: 'gone' }
    if (!isAway(got)) log.warn({ card: card.id, code: got.error.code }, 'cannot read an access request')
    return null
  }
  const { access } = got
  if (access.telegram_id === card.chatId) return { kind: 'access', access, own: true, permissions: [] }
  const who = access.state === 'waiting' ? await worker.call('whoami', {}, as) : null
  if (who?.ok === false && isAway(who)) return null
  return { kind: 'access', access, own: false, permissions: who?.ok === true ? who.permissions : [] }
}

/** A request that has no run to show. */
export function requestCardView(request: RequestView): RequestCardView {
  return { kind: 'request', request, run: null, told: null, permissions: [] }
}
