import { timingSafeEqual } from 'node:crypto'
import type { Violation } from '../../domain/violation.ts'
import type { ApiError } from '../../protocol/errors.ts'
import type { RequestView } from '../../protocol/views.ts'
import { WORKER_AWAY } from '../../texts/chat/commands.ts'
import * as texts from '../../texts/chat/taps.ts'
import { errorText } from '../../texts/errors.ts'
import type { BotContext } from '../context.ts'
import type { Logger } from '../log.ts'
import type { Card, Cards } from '../state/cards.ts'
import { isAway, updateKey, type WorkerCalls } from '../worker-calls.ts'
import { type CardTap, readTap, shownHash } from './buttons.ts'
import type { CardKeeper } from './keeper.ts'

export interface TappedDeps {
  worker: WorkerCalls
  cards: Cards
  keeper: CardKeeper
  log: Logger
}

export type TapCheck = { ok: true; tap: CardTap; card: Card } | { ok: false; text: string }

/**
 * Whether a tap is on a card that this bot sent to this very person, for this request and digest, with a nonce that is still
 * good, and whether the card still shows what was sent. Decides nothing else.
 */
export async function checkTap(ctx: BotContext, deps: TappedDeps): Promise<TapCheck> {
  const { callbackQuery: query, chatId, from } = ctx
  const tap = query?.data === undefined ? null : readTap(query.data)
  if (tap === null || chatId === undefined || from === undefined) return refused(texts.BUTTON_UNKNOWN)
  const card = deps.cards.atMessage(chatId, query?.message?.message_id ?? 0)
  if (card === undefined) return refused(texts.CARD_UNKNOWN)
  if (card.chatId !== from.id) return refused(texts.NOT_YOURS)
  const isSame = card.requestId === tap.requestId && card.digest === tap.digest && card.nonce !== null
  if (!isSame || !sameText(card.nonce ?? '', tap.nonce)) return stale(deps, card, tap)
  if (card.usedBy !== null && card.usedBy !== ctx.update.update_id) return stale(deps, card, tap)
  const message = query?.message
  const looks = message !== undefined && 'text' in message ? shownHash(message) : null
  if (card.shown !== null && looks !== card.shown) {
    deps.log.error({ card: card.id, request: card.requestId }, 'a tapped card does not show what was sent')
    return refused(texts.CARD_TAMPERED)
  }
  return { ok: true, tap, card }
}

type Outcome = { ok: true; request: RequestView } | { ok: false; error: ApiError }

/** What pops up at the button; `done` when the worker did what was asked. */
export interface Decided {
  done: boolean
  text: string
  /** Everything that is wrong with the request now, for a message of its own. */
  violations?: Violation[]
}

/** Approves, cancels or denies as the worker decides. Only for a checked tap. */
export async function decide(ctx: BotContext, deps: TappedDeps, tap: CardTap, card: Card): Promise<Decided> {
  const { worker, cards, keeper } = deps
  const key = (what: string) => updateKey(ctx.me.id, ctx.update.update_id, what)
  const onBehalfOf = card.chatId
  const { requestId: id, digest } = tap

  const finish = async (outcome: Outcome, words: string): Promise<Decided> => {
    if (outcome.ok) {
      void keeper.refreshNow(card.id, outcome.request)
      if (cards.get(card.id)?.nonce === tap.nonce) {
        await cards.change(card.id, { usedBy: ctx.update.update_id })
      }
      return { done: true, text: words }
    }
    void keeper.refreshNow(card.id)
    if (isAway(outcome)) return { done: false, text: WORKER_AWAY }
    const { code, violations = [] } = outcome.error
    const late = code === 'already_decided' ? await decidedText(deps, card, id) : null
    return { done: false, text: late ?? errorText(outcome.error), violations }
  }

  if (tap.verb === 'cancel') {
    return finish(
      await worker.call('request.cancel', { id }, { onBehalfOf, key: key('cancel') }),
      texts.CANCELLED,
    )
  }
  if (tap.verb === 'deny') {
    return finish(await worker.call('request.deny', { id }, { onBehalfOf, key: key('deny') }), texts.DENIED)
  }
  if (card.submits) {
    const submitted = await worker.call('request.submit', { id, digest }, { onBehalfOf, key: key('submit') })
    if (!submitted.ok) {
      if (submitted.error.code === 'digest_differs') return redraft(deps, card, key('redraft'))
      return finish(submitted, '')
    }
    if (submitted.claim_code !== null) {
      await cards.change(card.id, { claimCode: submitted.claim_code })
    }
  }
  const approved = await worker.call('request.approve', { id, digest }, { onBehalfOf, key: key('approve') })
  return finish(
    approved,
    approved.ok && approved.request.state === 'approved' ? texts.APPROVED : texts.SUBMITTED,
  )
}

/** The host has changed since the draft: the same answers are planned anew, on the same card. */
async function redraft(deps: TappedDeps, card: Card, key: string): Promise<Decided> {
  const got = await deps.worker.call('request.get', { id: card.requestId }, { onBehalfOf: card.chatId })
  if (!got.ok) return { done: false, text: errorText(got.error) }
  const { request } = got
  const drafted = await deps.worker.call(
    'request.draft',
    { answers: request.answers, replaces: request.id },
    { onBehalfOf: card.chatId, key },
  )
  if (!drafted.ok) {
    const { violations = [] } = drafted.error
    return { done: false, text: errorText(drafted.error), violations }
  }
  await deps.cards.change(card.id, { requestId: drafted.request.id, claimCode: null })
  void deps.keeper.refreshNow(card.id)
  return { done: false, text: texts.CARD_CHANGED }
}

/** A tap that came late: what has become of the request says more than «too late». */
async function stale(deps: TappedDeps, card: Card, tap: CardTap): Promise<TapCheck> {
  void deps.keeper.refresh(card.id)
  return refused((await decidedText(deps, card, tap.requestId)) ?? texts.CARD_CHANGED)
}

async function decidedText(deps: TappedDeps, card: Card, requestId: number): Promise<string | null> {
  const got = await deps.worker.call('request.get', { id: requestId }, { onBehalfOf: card.chatId })
  if (!got.ok || got.request.state === 'draft') return null
  if (got.request.state === 'submitted') return null
  return texts.alreadyDecided(got.request)
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

function refused(text: string): TapCheck {
  return { ok: false, text }
}
