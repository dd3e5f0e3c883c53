import { describeError } from '../log.ts'
import type { Card, CardSubject } from '../state/cards.ts'
import type { Turn } from '../telegram/pace.ts'
import type { CardView } from './card-view.ts'
import { type ShowCardDeps, showCard } from './show-card.ts'

/**
 * Keeps every card as its subject is: posts what is not posted yet, edits what has changed, and posts anew what was deleted.
 *
 * INVARIANTS: a card is shown by one pass at a time; a pass always shows the state that it just read, so the order of
 * events cannot be mixed up; what the buttons are bound to is stored before Telegram gets them.
 */
export interface CardKeeper {
  /** Remembers a new card and posts it; resolves when it is remembered. The same id again only refreshes. */
  want(card: Card): Promise<void>
  /** The same for the card of a reconciliation, which replaces older ones in its chat. */
  wantDrift(card: Card): Promise<void>
  /** Resolves when the card shows its subject as it is now or later; never rejects, only ends early when the bot stops. */
  refresh(cardId: string): Promise<void>
  /** The same ahead of the pace of edits, for the card that was just tapped; `known` is the worker's answer to the tap. */
  refreshNow(cardId: string, known?: CardView): Promise<void>
  /** Leaves a card alone while a tap on it is decided, so that it does not show the states in between. */
  whileDeciding<T>(cardId: string, decide: () => Promise<T>): Promise<T>
  refreshAbout(subject: CardSubject): Promise<void>
  /** Of everything that shows this request. */
  refreshShowing(requestId: number): Promise<void>
  /** Remembers that whatever shows this request may change, also what was settled; resolves when that is durable. */
  unsettle(requestId: number): Promise<void>
  refreshChat(chatId: number): Promise<void>
  /** Refreshes all that may have changed while nobody looked. */
  resume(): Promise<void>
  /** Resolves when no pass is under way. */
  idle(): Promise<void>
}

export function createCardKeeper(deps: ShowCardDeps): CardKeeper {
  const { cards, pace, log, stopped } = deps
  const passes = new Map<string, { current: Promise<void>; next: Promise<void> | null }>()

  /** Ends the wait of a card's pass that waits now or next; each is good for one wait. */
  const hurries = new Map<string, AbortController>()
  const hurryOf = (cardId: string) => {
    const hurry = hurries.get(cardId) ?? new AbortController()
    hurries.set(cardId, hurry)
    return hurry
  }

  const takeTurn = async (cardId: string, chatId: number): Promise<Turn | null> => {
    const hurry = hurryOf(cardId)
    const turn = await pace.turn(chatId, AbortSignal.any([stopped, hurry.signal]))
    if (hurries.get(cardId) === hurry) hurries.delete(cardId)
    return turn ?? (stopped.aborted ? null : pace.take(chatId))
  }

  const decisions = new Map<string, Promise<unknown>>()
  const known = new Map<string, CardView>()

  const run = async (cardId: string): Promise<void> => {
    try {
      await showCard(deps, cardId, {
        turn: async (chatId) => {
          const turn = await takeTurn(cardId, chatId)
          await decisions.get(cardId)
          return turn
        },
        takeKnown: () => {
          const view = known.get(cardId)
          known.delete(cardId)
          return view
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
    async wantDrift(card) {
      if (cards.get(card.id) === undefined) await cards.add(card)
      void refresh(card.id)
      const { chatId, subject } = card
      for (const other of cards.unsettled()) {
        const isOlder = other.subject.kind === 'reconciliation' && other.subject.id < subject.id
        if (isOlder && other.chatId === chatId) void refresh(other.id)
      }
    },
    refresh,
    refreshNow(cardId, view) {
      if (view !== undefined) known.set(cardId, view)
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
    refreshAbout: (subject) => refreshAll(cards.about(subject)),
    refreshShowing: (requestId) => refreshAll(cards.showing(requestId)),
    async unsettle(requestId) {
      const settled = cards.showing(requestId).filter((card) => card.settled)
      await Promise.all(settled.map((card) => cards.change(card.id, { settled: false })))
    },
    refreshChat: (chatId) => refreshAll(cards.inChat(chatId).filter((card) => !card.settled)),
    resume: () => refreshAll(cards.unsettled()),
    async idle() {
      while (passes.size > 0) await Promise.all([...passes.values()].map((pass) => pass.next ?? pass.current))
    },
  }
}
