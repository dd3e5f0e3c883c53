import { accessAlready } from '../../texts/chat/access-card.ts'
import { alreadyClosed, alreadyDecided, alreadyRetried } from '../../texts/chat/taps.ts'
import type { Words } from '../../texts/words.ts'
import type { Card } from '../state/cards.ts'
import type { WorkerCalls } from '../worker-calls.ts'
import { isRunVerb, type Verb } from './buttons.ts'

/** For a tap that came late: what has become of what it was about, and by whom; null while that is open. */
export async function lateText(
  words: Words,
  deps: { worker: WorkerCalls },
  card: Card,
  verb: Verb,
): Promise<string | null> {
  // The card says what it is about; the button may be from anywhere.
  if (card.subject.kind === 'reconciliation') return lateOnDrift(words, deps, card)
  if (card.subject.kind === 'access') return lateOnAccess(words, deps, card)
  if (isRunVerb(verb)) return lateOnRun(words, deps, card)
  const got = await deps.worker.call('request.get', { id: card.subject.id }, { onBehalfOf: card.chatId })
  if (!got.ok || got.request.state === 'draft' || got.request.state === 'submitted') return null
  return alreadyDecided(words, got.request)
}

async function lateOnRun(
  words: Words,
  { worker }: { worker: WorkerCalls },
  card: Card,
): Promise<string | null> {
  const as = { onBehalfOf: card.chatId }
  const got = await worker.call('request.get', { id: card.subject.id }, as)
  if (!got.ok) return null
  const { request } = got
  if (request.state === 'submitted') {
    // The request itself does not say who brought it back; its history does.
    const asked = { request: request.id, type: 'request.returned', limit: 1 }
    const told = await worker.call('audit.list', asked, as)
    const newest = told.ok ? (told.entries[0] ?? null) : null
    return alreadyRetried(words, request, newest?.data['kind'] === 'retry' ? newest : null)
  }
  if (request.run_id === null) return null
  const looked = await worker.call('run.get', { id: request.run_id }, as)
  if (!looked.ok) return null
  const { run } = looked
  if (run.closed !== null) return alreadyClosed(words, run.id, run.closed)
  return run.id === card.runId && run.choices.length > 0 ? null : alreadyDecided(words, request)
}

async function lateOnAccess(
  words: Words,
  { worker }: { worker: WorkerCalls },
  card: Card,
): Promise<string | null> {
  const got = await worker.call('access.get', { id: card.subject.id }, { onBehalfOf: card.chatId })
  return got.ok && got.access.state !== 'waiting' ? accessAlready(words, got.access) : null
}

/** All repairs of a card are decided together: of one that is, it can be said by whom. */
async function lateOnDrift(
  words: Words,
  { worker }: { worker: WorkerCalls },
  card: Card,
): Promise<string | null> {
  const as = { onBehalfOf: card.chatId }
  const got = await worker.call('reconcile.get', { id: card.subject.id }, as)
  if (!got.ok) return null
  const { digest, requests } = got.reconciliation
  const [first] = requests
  if (digest !== null || first === undefined) return null
  const looked = await worker.call('request.get', { id: first.id }, as)
  return looked.ok ? alreadyDecided(words, looked.request) : null
}
