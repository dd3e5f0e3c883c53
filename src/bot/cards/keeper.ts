import { setTimeout as sleep } from 'node:timers/promises'
import { type Api, InputFile } from 'grammy'
import type { RunView } from '../../protocol/views.ts'
import { describeError, type Logger } from '../log.ts'
import type { Card, Cards } from '../state/cards.ts'
import type { Newcomers } from '../state/newcomers.ts'
import { problemOf } from '../telegram/errors.ts'
import { isAway, type WorkerCalls } from '../worker-calls.ts'
import { cardKeyboard, newNonce, shownHash } from './buttons.ts'
import type { Pace } from './pace.ts'
import { hashOf, type Rendering, renderCard, renderGone } from './render.ts'

/**
 * Keeps every card as its request is: posts what is not posted yet, edits what has changed, and posts anew what was deleted.
 *
 * INVARIANTS: a card is shown by one pass at a time; a pass always shows the state that it just read, so the order of
 * events cannot be mixed up; what the buttons are bound to is stored before Telegram gets them.
 */
export interface CardKeeper {
  /** Remembers a new card and posts it; resolves when it is remembered. The same id again only refreshes. */
  want(card: Card): Promise<void>
  /**
   * Resolves when the card shows the request as it is now or later; never rejects, only ends early when the bot stops.
   * `now` goes ahead of the pace of edits: for the card that was just tapped.
   */
  refresh(cardId: string, when?: 'now'): Promise<void>
  refreshRequest(requestId: number): Promise<void>
  /** Refreshes all that may have changed while nobody looked. */
  resume(): Promise<void>
  /** Resolves when no pass is under way. */
  idle(): Promise<void>
}

export interface CardKeeperDeps {
  api: Api
  worker: WorkerCalls
  cards: Cards
  newcomers: Newcomers
  pace: Pace
  log: Logger
  startLink: () => string
  stopped: AbortSignal
}

export function createCardKeeper(deps: CardKeeperDeps): CardKeeper {
  const { cards, log, stopped } = deps
  const passes = new Map<string, { current: Promise<void>; next: Promise<void> | null }>()

  const urgent = new Set<string>()

  const run = async (cardId: string): Promise<void> => {
    try {
      await showCard(deps, cardId, urgent.delete(cardId))
    } catch (error) {
      if (!stopped.aborted) log.error({ card: cardId, ...describeError(error) }, 'cannot keep a card')
    }
  }

  const refresh = (cardId: string, when?: 'now'): Promise<void> => {
    if (when === 'now') urgent.add(cardId)
    const pass = passes.get(cardId)
    if (pass === undefined) {
      const current = run(cardId)
      begin(cardId, current)
      return current
    }
    if (pass.next === null) {
      const next = pass.current.then(() => {
        const current = run(cardId)
        begin(cardId, current)
        return current
      })
      pass.next = next
    }
    return pass.next
  }

  const begin = (cardId: string, current: Promise<void>) => {
    const pass: { current: Promise<void>; next: Promise<void> | null } = { current, next: null }
    passes.set(cardId, pass)
    void current.then(() => {
      if (passes.get(cardId) === pass && pass.next === null) passes.delete(cardId)
    })
  }

  const refreshAll = async (some: readonly Card[]) => {
    await Promise.all(some.map((card) => refresh(card.id)))
  }

  return {
    async want(card) {
      if (cards.get(card.id) === undefined) await cards.add(card)
      void refresh(card.id)
    },
    refresh,
    refreshRequest: (requestId) => refreshAll(cards.ofRequest(requestId)),
    resume: () => refreshAll(cards.unsettled()),
    async idle() {
      while (passes.size > 0) await Promise.all([...passes.values()].map((pass) => pass.next ?? pass.current))
    },
  }
}

/** One pass: reads the request and its run, and shows them; waits out what passes by itself. */
async function showCard(deps: CardKeeperDeps, cardId: string, isUrgent: boolean): Promise<void> {
  let pause = 500
  while (!deps.stopped.aborted) {
    const card = deps.cards.get(cardId)
    if (card === undefined) return
    const wait = isUrgent ? 0 : deps.pace.waitMs(card.chatId, performance.now())
    if (wait > 0) await sleep(wait, undefined, { signal: deps.stopped })
    const rendering = await read(deps, card)
    if (rendering !== null) {
      try {
        await show(deps, card.id, rendering)
        return
      } catch (error) {
        const problem = problemOf(error)
        if (problem.kind === 'unreachable') {
          deps.log.warn({ card: cardId }, 'cannot show a card: the person has blocked the bot')
          await deps.cards.change(card.id, { settled: true })
          return
        }
        if (problem.kind !== 'later' && problem.kind !== 'conflict') throw error
        pause = problem.kind === 'later' && problem.afterMs !== null ? problem.afterMs : pause
      }
    }
    await sleep(pause, undefined, { signal: deps.stopped })
    pause = Math.min(pause * 2, 10_000)
  }
}

/** How the card would look now; null when the worker is away. */
async function read(deps: CardKeeperDeps, card: Card): Promise<Rendering | null> {
  const as = { onBehalfOf: card.chatId }
  const got = await deps.worker.call('request.get', { id: card.requestId }, as)
  if (!got.ok) {
    if (got.error.code === 'not_found' || got.error.code === 'not_permitted') return renderGone(card)
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
  return renderCard(card, request, run, { told, startLink: deps.startLink() })
}

async function show(deps: CardKeeperDeps, cardId: string, rendering: Rendering): Promise<void> {
  const { cards } = deps
  const before = cards.get(cardId)
  if (before === undefined) return
  const { hash: rendered, settled, digest, verbs } = rendering
  if (before.rendered !== rendered || before.messageId === null) {
    const nonce = verbs.length > 0 ? newNonce() : null
    // Stored before it is sent: a tap may come at once, and a kill in between must not leave buttons of unknown origin.
    if (nonce !== null) await cards.change(cardId, { nonce, digest, usedBy: null })
    const markup =
      nonce === null ? undefined : cardKeyboard(verbs, { requestId: before.requestId, digest, nonce })
    const shown = await sendOrEdit(deps, before, rendering.html, {
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      ...(markup === undefined ? {} : { reply_markup: markup }),
    })
    deps.pace.sent(before.chatId, performance.now())
    await cards.change(cardId, { ...shown, nonce, digest, rendered, settled })
  } else if (before.settled !== settled) {
    await cards.change(cardId, { settled })
  }
  await sendFile(deps, cardId, rendering)
}

type Shown = Pick<Card, 'messageId' | 'shown'>
type Other = NonNullable<Parameters<Api['sendMessage']>[2]> &
  NonNullable<Parameters<Api['editMessageText']>[3]>

async function sendOrEdit(deps: CardKeeperDeps, card: Card, html: string, other: Other): Promise<Shown> {
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
  const sent = await deps.api.sendMessage(card.chatId, html, other)
  return { messageId: sent.message_id, shown: shownHash(sent) }
}

async function sendFile(deps: CardKeeperDeps, cardId: string, rendering: Rendering): Promise<void> {
  const card = deps.cards.get(cardId)
  if (card === undefined || rendering.file === null) return
  const fileOf = hashOf(rendering.file)
  if (card.fileOf === fileOf) return
  const name = `request-${card.requestId}.txt`
  await deps.api.sendDocument(card.chatId, new InputFile(Buffer.from(rendering.file), name))
  await deps.cards.change(cardId, { fileOf })
}
