import { timingSafeEqual } from 'node:crypto'
import type { Words } from '../../texts/words.ts'
import type { BotContext } from '../context.ts'
import type { Logger } from '../log.ts'
import { type Card, type Cards, isSame } from '../state/cards.ts'
import type { WorkerCalls } from '../worker-calls.ts'
import { type CardTap, readTap, shownHash } from './buttons.ts'
import type { CardKeeper } from './keeper.ts'
import { lateText } from './late-text.ts'

export interface TappedDeps {
  worker: WorkerCalls
  cards: Cards
  keeper: CardKeeper
  log: Logger
}

export type TapCheck = { ok: true; tap: CardTap; card: Card } | { ok: false; text: string }

/**
 * Whether a tap is on a card that this bot sent to this very person, for this subject and digest, with a nonce that is still
 * good, and whether the card still shows what was sent. Decides nothing else.
 */
export async function checkTap(ctx: BotContext, deps: TappedDeps): Promise<TapCheck> {
  const { words, callbackQuery: query, chatId, from } = ctx
  const tap = query?.data === undefined ? null : readTap(query.data)
  if (tap === null || chatId === undefined || from === undefined)
    return refused(words.say('taps.button_unknown'))
  const card = deps.cards.atMessage(chatId, query?.message?.message_id ?? 0)
  if (card === undefined) return refused(words.say('taps.card_unknown'))
  if (card.chatId !== from.id) return refused(words.say('taps.not_yours'))
  const isBound = isSame(card.subject, tap.subject) && card.digest === tap.digest && card.nonce !== null
  if (!isBound || !sameText(card.nonce ?? '', tap.nonce)) return stale(words, deps, card, tap)
  if (card.usedBy !== null && card.usedBy !== ctx.update.update_id) return stale(words, deps, card, tap)
  const message = query?.message
  // Telegram does not hand out every old message any more (Bot API, InaccessibleMessage): it proves nothing, and is shown anew.
  if (message === undefined || message.date === 0) return stale(words, deps, card, tap)
  const looks = 'text' in message ? shownHash(message) : null
  if (card.shown !== null && looks !== card.shown) {
    deps.log.error({ card: card.id, subject: card.subject }, 'a tapped card does not show what was sent')
    const alarm = await deps.worker.call('chat.alarm', { kind: 'foreign_edit' }, {})
    if (!alarm.ok) deps.log.error({ code: alarm.error.code }, 'cannot raise an alarm')
    return refused(words.say('taps.card_tampered'))
  }
  return { ok: true, tap, card }
}

/** A tap that came late: what has become of the request says more than «too late». */
async function stale(words: Words, deps: TappedDeps, card: Card, tap: CardTap): Promise<TapCheck> {
  void deps.keeper.refresh(card.id)
  return refused((await lateText(words, deps, card, tap.verb)) ?? words.say('taps.card_changed'))
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

function refused(text: string): TapCheck {
  return { ok: false, text }
}
