import { alreadyDecided } from '../../texts/chat/taps.ts'
import type { Card } from '../state/cards.ts'
import type { WorkerCalls } from '../worker-calls.ts'

/** For a tap that came late: what has become of the card's subject, and by whom; null while that is open. */
export async function decidedText({ worker }: { worker: WorkerCalls }, card: Card): Promise<string | null> {
  const got = await worker.call('request.get', { id: card.subject.id }, { onBehalfOf: card.chatId })
  if (!got.ok || got.request.state === 'draft') return null
  if (got.request.state === 'submitted') return null
  return alreadyDecided(got.request)
}
