import { setTimeout as sleep } from 'node:timers/promises'
import { type Api, InputFile } from 'grammy'
import type { RequestView, RunView } from '../../protocol/views.ts'
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
  /** Resolves when the card shows the request as it is now or later; never rejects, only ends early when the bot stops. */
  refresh(cardId: string): Promise<void>
  /** The same ahead of the pace of edits, for the card that was just tapped; `known` is the worker's answer to the tap. */
  refreshNow(cardId: string, known?: RequestView): Promise<void>
  /** Leaves a card alone while a tap on it is decided, so that it does not show the states in between. */
  whileDeciding<T>(cardId: string, decide: () => Promise<T>): Promise<T>
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

  /** Ends the wait of a card's pass that waits now or next; each is good for one wait. */
  const hurries = new Map<string, AbortController>()
  const hurryOf = (cardId: string) => {
    const hurry = hurries.get(cardId) ?? new AbortController()
    hurries.set(cardId, hurry)
    return hurry
  }

  const waitTurn = async (cardId: string, ms: number) => {
    const hurry = hurryOf(cardId)
    if (ms > 0 && !hurry.signal.aborted) {
      const signal = AbortSignal.any([stopped, hurry.signal])
      await sleep(ms, undefined, { signal }).catch(() => undefined)
    }
    if (hurries.get(cardId) === hurry) hurries.delete(cardId)
  }

  const decisions = new Map<string, Promise<unknown>>()
  const known = new Map<string, RequestView>()

  const run = async (cardId: string): Promise<void> => {
    try {
      await showCard(deps, cardId, {
        turn: async (ms) => {
          await waitTurn(cardId, ms)
          await decisions.get(cardId)
        },
        takeKnown: () => {
          const request = known.get(cardId)
          known.delete(cardId)
          return request
        },
      })
    } catch (error) {
      if (!stopped.aborted) log.error({ card: cardId, ...describeError(error) }, 'cannot keep a card')
    }
  }

  const refresh = (cardId: string): Promise<void> => {
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
    refreshNow(cardId, request) {
      if (request !== undefined) known.set(cardId, request)
      hurryOf(cardId).abort()
      return refresh(cardId)
    },
    async whileDeciding(cardId, decide) {
      const decision = decide()
      const settled = decision.catch(() => undefined)
      decisions.set(cardId, settled)
      try {
        return await decision
      } finally {
        if (decisions.get(cardId) === settled) decisions.delete(cardId)
      }
    },
    refreshRequest: (requestId) => refreshAll(cards.ofRequest(requestId)),
    resume: () => refreshAll(cards.unsettled()),
    async idle() {
      while (passes.size > 0) await Promise.all([...passes.values()].map((pass) => pass.next ?? pass.current))
    },
  }
}

/** What a pass asks of the keeper. */
interface Pass {
  /** Waits until the card may be edited again, or somebody taps it, and until no tap on it is being decided. */
  turn: (ms: number) => Promise<void>
  /** The request as the worker has just given it in answer to a tap. */
  takeKnown: () => RequestView | undefined
}

/** One pass: reads the request and its run, and shows them; waits out what passes by itself. */
async function showCard(deps: CardKeeperDeps, cardId: string, pass: Pass): Promise<void> {
  let pause = 500
  while (!deps.stopped.aborted) {
    const chatId = deps.cards.get(cardId)?.chatId
    if (chatId === undefined) return
    await pass.turn(deps.pace.waitMs(chatId, performance.now()))
    const card = deps.cards.get(cardId)
    if (deps.stopped.aborted || card === undefined) return
    const known = pass.takeKnown()
    const around = { told: null, startLink: deps.startLink() }
    const rendering = known === undefined ? await read(deps, card) : renderCard(card, known, null, around)
    if (rendering !== null) {
      try {
        await show(deps, card.id, rendering)
        // What a tap brought is shown at once, but whoever waits for this pass wants what is true after their call.
        if (known === undefined) return
        continue
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
  const { hash: rendered, settled, digest, verbs, submits } = rendering
  if (before.rendered !== rendered || before.messageId === null) {
    const nonce = verbs.length > 0 ? newNonce() : null
    // Stored before it is sent: a tap may come at once, and a kill in between must not leave buttons of unknown origin.
    if (nonce !== null) await cards.change(cardId, { nonce, digest, submits, usedBy: null })
    const markup =
      nonce === null ? undefined : cardKeyboard(verbs, { requestId: before.requestId, digest, nonce })
    const shown = await sendOrEdit(deps, before, rendering.html, {
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      ...(markup === undefined ? {} : { reply_markup: markup }),
    })
    deps.pace.sent(before.chatId, performance.now())
    await cards.change(cardId, { ...shown, nonce, digest, submits, rendered, settled })
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
