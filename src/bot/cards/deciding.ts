import type { Violation } from '../../domain/violation.ts'
import type { ApiError } from '../../protocol/errors.ts'
import { errorText } from '../../texts/errors.ts'
import type { Words } from '../../texts/words.ts'
import type { BotContext } from '../context.ts'
import type { Card } from '../state/cards.ts'
import { isAway, updateKey } from '../worker-calls.ts'
import type { CardTap } from './buttons.ts'
import type { CardView } from './card-view.ts'
import { lateText } from './late-text.ts'
import type { TappedDeps } from './tapped.ts'

/** A tap that was checked, with what it takes to act on it. */
export interface Deciding {
  /** Of whoever tapped. */
  words: Words
  deps: TappedDeps
  tap: CardTap
  card: Card
  /** The update that brought the tap. */
  updateId: number
  onBehalfOf: number
  /** The idempotency key of one thing that this tap does. */
  key: (what: string) => string
}

/** What pops up at the button; `done` when the worker did what was asked. */
export interface Decided {
  done: boolean
  text: string
  /** Everything that is wrong with the request now, for a message of its own. */
  violations?: Violation[]
  /** The second factor that it takes besides the tap. */
  asks?: 'totp' | 'witness'
}

export function decidingOn(ctx: BotContext, deps: TappedDeps, tap: CardTap, card: Card): Deciding {
  const updateId = ctx.update.update_id
  return {
    ...{ words: ctx.words, deps, tap, card, updateId, onBehalfOf: card.chatId },
    key: (what) => updateKey(ctx.me.id, updateId, what),
  }
}

/** The worker did it: the nonce is used up, and the card shows `view`, or what it reads, at once. */
export async function succeed(
  { deps, tap, card, updateId }: Deciding,
  text: string,
  view?: CardView,
): Promise<Decided> {
  const { cards, keeper } = deps
  void keeper.refreshNow(card.id, view)
  if (cards.get(card.id)?.nonce === tap.nonce) await cards.change(card.id, { usedBy: updateId })
  return { done: true, text }
}

/** What the worker said instead; for a tap that came too late, what has become of it and by whom. */
export async function refuse({ words, deps, tap, card }: Deciding, error: ApiError): Promise<Decided> {
  void deps.keeper.refreshNow(card.id)
  if (error.code === 'step_up_required') {
    const asks = error.params?.['factor'] === 'witness' ? 'witness' : 'totp'
    return { done: false, text: errorText(words, error), asks }
  }
  if (isAway({ ok: false, error })) return { done: false, text: words.say('commands.worker_away') }
  const { code, violations = [] } = error
  const isLate = code === 'already_decided' || code === 'wrong_state'
  const late = isLate ? await lateText(words, deps, card, tap.verb) : null
  return { done: false, text: late ?? errorText(words, error), violations }
}
