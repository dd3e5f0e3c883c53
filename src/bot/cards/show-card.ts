import { setTimeout as sleep } from 'node:timers/promises'
import { type Api, InputFile } from 'grammy'
import type { Words } from '../../texts/words.ts'
import type { Card, Cards } from '../state/cards.ts'
import { problemOf } from '../telegram/errors.ts'
import type { Pace, Turn } from '../telegram/pace.ts'
import type { WordsOf } from '../words-of-chats.ts'
import { cardKeyboard, newNonce, shownHash } from './buttons.ts'
import { type CardView, type CardViewDeps, readCardView } from './card-view.ts'
import { isApproving, nonceFor } from './nonce.ts'
import { hashOf, type Rendering, renderCard, withVerbs } from './render.ts'

export interface ShowCardDeps extends CardViewDeps {
  wordsOf: WordsOf
  api: Api
  cards: Cards
  pace: Pace
  startLink: () => string
  unreachable: { has(chatId: number): boolean }
  /** Called when a card showed that its chat cannot be written to. */
  onUnreachable: (chatId: number) => Promise<void>
  /** Whether this chat shall not be disturbed now. */
  isQuiet: (chatId: number) => Promise<boolean>
  stopped: AbortSignal
}

/** What a pass asks of the keeper. */
export interface Pass {
  /**
   * Takes a turn in this chat when there is one or somebody taps the card, and waits until no tap on it is being decided;
   * null when the bot stops.
   */
  turn: (chatId: number) => Promise<Turn | null>
  /** What the worker has just given in answer to a tap. */
  takeKnown: () => CardView | undefined
}

/** One pass: reads what the card is about and shows it; waits out what passes by itself. */
export async function showCard(deps: ShowCardDeps, cardId: string, pass: Pass): Promise<void> {
  let pause = 500
  while (!deps.stopped.aborted) {
    const chatId = deps.cards.get(cardId)?.chatId
    // Who cannot be written to has their cards looked at when they come back.
    if (chatId === undefined || deps.unreachable.has(chatId)) return
    const turn = await pass.turn(chatId)
    const card = deps.cards.get(cardId)
    if (turn === null || card === undefined) return turn?.giveBack()
    const known = pass.takeKnown()
    const view = known ?? (await readCardView(deps, card))
    if (view !== null) {
      try {
        const newestReconciliation = deps.cards.newestReconciliation(chatId)
        const around = { startLink: deps.startLink(), newestReconciliation }
        const isOwn = view.kind === 'access' && view.own
        // Who is blocked sees nothing of it: their message stays as it was.
        if (isOwn && view.access.state === 'blocked' && card.messageId !== null) {
          await deps.cards.change(card.id, { settled: true })
          return turn.giveBack()
        }
        const words = await deps.wordsOf(chatId, isOwn ? view.access.language : null)
        const sent = await show(words, deps, card.id, renderCard(words, card, view, around))
        if (sent !== 'sent') turn.giveBack()
        // What a tap brought is shown at once, but whoever waits for this pass wants what is true after their call.
        if (known === undefined && sent !== 'again') return
        if (sent !== 'again') continue
      } catch (error) {
        const problem = problemOf(error)
        if (problem.kind === 'unreachable') {
          deps.log.warn({ card: cardId }, 'cannot show a card: the person has blocked the bot')
          // That a stranger does not want to hear of it any more is no news for admins.
          if (view.kind === 'access' && view.own) return deps.cards.change(card.id, { settled: true })
          return deps.onUnreachable(chatId)
        }
        if (problem.kind !== 'later' && problem.kind !== 'conflict') throw error
        if (problem.kind === 'later' && problem.afterMs !== null) {
          // Its next turn comes after that.
          deps.pace.refused(chatId, problem.afterMs)
          continue
        }
      }
    } else {
      turn.giveBack()
    }
    await sleep(pause, undefined, { signal: deps.stopped })
    pause = Math.min(pause * 2, 10_000)
  }
}

/** `again`: it cannot be shown as it was read. */
async function show(
  words: Words,
  deps: ShowCardDeps,
  cardId: string,
  wanted: Rendering,
): Promise<'sent' | 'unchanged' | 'again'> {
  const { cards } = deps
  const before = cards.get(cardId)
  if (before === undefined) return 'unchanged'
  let rendering = wanted
  let bound: string | null = null
  if (rendering.verbs.length > 0 && isDue(before, rendering)) {
    const asked = await nonceFor(deps.worker, before, rendering)
    if (asked.kind === 'again') return 'again'
    if (asked.kind === 'nonce') bound = asked.nonce
    else rendering = withVerbs(words, rendering, (verb) => !isApproving(verb))
    if (bound === null && rendering.verbs.length > 0) bound = newNonce()
  }
  const { hash: rendered, settled, digest, verbs, submits, runId, requestIds } = rendering
  if (before.requestIds === null && requestIds !== null) await cards.change(cardId, { requestIds })
  const isNew = isDue(before, rendering)
  if (isNew) {
    const nonce = verbs.length > 0 ? bound : null
    // Stored before it is sent: a tap may come at once, and a kill in between must not leave buttons of unknown origin. How Telegram
    // shows it is not known until it says so, and what is not known is not compared.
    if (nonce !== null)
      await cards.change(cardId, { nonce, digest, submits, runId, usedBy: null, shown: null })
    const markup =
      nonce === null ? undefined : cardKeyboard(words, verbs, { subject: before.subject, digest, nonce })
    const shown = await sendOrEdit(deps, before, rendering.html, {
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      ...(markup === undefined ? {} : { reply_markup: markup }),
    })
    await cards.change(cardId, { ...shown, nonce, digest, submits, runId, rendered, settled })
  } else if (before.settled !== settled) {
    await cards.change(cardId, { settled })
  }
  const sentFile = await sendFile(deps, cardId, rendering)
  return isNew || sentFile ? 'sent' : 'unchanged'
}

/** Whether the card must be sent. Buttons that were used and still stand get a new nonce, or they would never do anything again. */
function isDue(card: Card, { hash, verbs }: Rendering): boolean {
  const isSpent = card.usedBy !== null && verbs.length > 0
  return card.rendered !== hash || card.messageId === null || isSpent
}

type Shown = Pick<Card, 'messageId' | 'shown'>
type Other = NonNullable<Parameters<Api['sendMessage']>[2]> &
  NonNullable<Parameters<Api['editMessageText']>[3]>

async function sendOrEdit(deps: ShowCardDeps, card: Card, html: string, other: Other): Promise<Shown> {
  if (card.messageId !== null) {
    try {
      const edited = await deps.api.editMessageText(card.chatId, card.messageId, html, other)
      return { messageId: card.messageId, shown: edited === true ? null : shownHash(edited) }
    } catch (error) {
      const problem = problemOf(error)
      if (problem.kind === 'not_modified') return { messageId: card.messageId, shown: card.shown }
      if (problem.kind !== 'message_gone') throw error
    }
  }
  // One that is posted anew was not asked for now.
  const silent = card.messageId === null ? card.silent : await deps.isQuiet(card.chatId)
  const sent = await deps.api.sendMessage(card.chatId, html, { ...other, disable_notification: silent })
  return { messageId: sent.message_id, shown: shownHash(sent) }
}

async function sendFile(deps: ShowCardDeps, cardId: string, rendering: Rendering): Promise<boolean> {
  const card = deps.cards.get(cardId)
  if (card === undefined || rendering.file === null) return false
  const fileOf = hashOf(rendering.file)
  if (card.fileOf === fileOf) return false
  const name = `${card.subject.kind}-${card.subject.id}.txt`
  deps.pace.take(card.chatId)
  // It belongs to the message above it, which was heard.
  await deps.api.sendDocument(card.chatId, new InputFile(Buffer.from(rendering.file), name), {
    disable_notification: true,
  })
  await deps.cards.change(cardId, { fileOf })
  return true
}
