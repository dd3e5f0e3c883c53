import type { CardSubject } from '../state/cards.ts'
import { isAway, type WorkerCalls } from '../worker-calls.ts'
import { newNonce, type Verb } from './buttons.ts'

/** What the buttons of a card are bound to, as far as it can be had now. */
export type NonceAnswer =
  | { kind: 'nonce'; nonce: string }
  /** The worker is away, or what was read is not how things are any more: look again. */
  | { kind: 'again' }
  /** Its admin cannot approve this in chat now: the other buttons stand. */
  | { kind: 'no_approval' }

const APPROVING: readonly Verb[] = ['approve', 'repair']
const REFUSING = ['frozen', 'not_permitted', 'too_many']

/**
 * The nonce of the buttons that are about to be drawn for whose card it is. Where one of them approves it is the worker's challenge, so
 * that a button is good once, for this person, this request and this plan, whoever has the bot's token.
 */
export async function nonceFor(
  worker: WorkerCalls,
  { chatId, subject }: { chatId: number; subject: CardSubject },
  { verbs, digest }: { verbs: readonly Verb[]; digest: string },
): Promise<NonceAnswer> {
  if (!verbs.some(isApproving)) return { kind: 'nonce', nonce: newNonce() }
  const operation = subject.kind === 'request' ? 'request.challenge' : 'reconcile.challenge'
  const asked = await worker.call(operation, { id: subject.id, digest }, { onBehalfOf: chatId })
  if (asked.ok) return { kind: 'nonce', nonce: asked.challenge }
  return { kind: !isAway(asked) && REFUSING.includes(asked.error.code) ? 'no_approval' : 'again' }
}

/** Whether a tap on this button approves something. */
export function isApproving(verb: Verb): boolean {
  return APPROVING.includes(verb)
}
