import { Composer } from 'grammy'
import type { ApiError } from '../../protocol/errors.ts'
import { codeRefusedText } from '../../texts/chat/factors.ts'
import { errorText } from '../../texts/errors.ts'
import { type CardView, requestCardView } from '../cards/card-view.ts'
import type { TappedDeps } from '../cards/tapped.ts'
import type { BotContext } from '../context.ts'
import { isInDialogue } from '../dialogues.ts'
import { describeError } from '../log.ts'
import type { Card } from '../state/cards.ts'
import type { AwaitedCode } from '../state/chats.ts'
import { looksLikeCodes } from '../telegram/codes.ts'
import { isAway, updateKey } from '../worker-calls.ts'

export interface SecondFactorDeps extends TappedDeps {
  botId: number
  now: () => number
}

/** How long a code is waited for after [Approve]. */
const PATIENCE_MS = 5 * 60_000

/** Asks for the code that the worker wants with an approval; the next message that looks like one is it. */
export async function askForCode(
  ctx: BotContext,
  deps: Pick<SecondFactorDeps, 'now'>,
  card: Card,
  factor: AwaitedCode['factor'],
): Promise<void> {
  const awaited = { cardId: card.id, digest: card.digest ?? '', factor, until: deps.now() + PATIENCE_MS }
  ctx.chatState = { ...ctx.chatState, awaitedCode: awaited }
  await ctx.reply(ctx.words.say(`factors.ask.${factor}`))
}

/**
 * Messages with a code, outside every dialogue, because dialogues are stored whole: what was typed is deleted from the chat at once, and
 * goes to the worker and nowhere else. Stands before the dialogues; one that begins ends the wait, and so does a command.
 */
export function codeMessages(deps: SecondFactorDeps): Composer<BotContext> {
  const composer = new Composer<BotContext>()
  composer.on('message', async (ctx, next) => {
    const { awaitedCode: awaited } = ctx.chatState
    if (awaited === null) return next()
    const text = ctx.message.text?.trim() ?? ''
    if (text.startsWith('/') || isInDialogue(ctx)) {
      forget(ctx)
      return next()
    }
    if (!looksLikeCodes(text) || ctx.message.forward_origin !== undefined) return next()
    const deleted = await deleteFromChat(ctx, deps)
    if (!deleted) await ctx.reply(ctx.words.say('factors.delete_it'))
    const card = deps.cards.get(awaited.cardId)
    if (deps.now() >= awaited.until || card === undefined || card.nonce === null || card.usedBy !== null) {
      forget(ctx)
      return void (await ctx.reply(ctx.words.say('factors.too_late')))
    }
    // What they have not tapped is not what they send a code for.
    if (card.digest !== awaited.digest) {
      forget(ctx)
      return void (await ctx.reply(ctx.words.say('taps.card_changed')))
    }
    const codes = codesOf(text, awaited.factor)
    if (codes === null) return void (await ctx.reply(ctx.words.say(`factors.unclear.${awaited.factor}`)))
    return decideWith(ctx, deps, card, codes)
  })
  return composer
}

interface Codes {
  totp: string
  witness_code?: string
}

/**
 * Six digits of the app; for the witness its eight before or after them, in one message. However the digits stand in groups: the app's
 * come first where a group ends after the sixth and none after the eighth. Null when it is something else.
 */
function codesOf(text: string, factor: AwaitedCode['factor']): Codes | null {
  const digits = text.replace(/-/g, '')
  if (factor === 'totp') {
    const totp = digits.replace(/ /g, '')
    return /^[0-9]{6}$/.test(totp) ? { totp } : null
  }
  const groups = digits.trim().split(/\s+/)
  const all = groups.join('')
  if (!/^[0-9]{14}$/.test(all)) return null
  let length = 0
  const ends = groups.map((group) => {
    length += group.length
    return length
  })
  return ends.includes(6) && !ends.includes(8)
    ? { totp: all.slice(0, 6), witness_code: all.slice(6) }
    : { witness_code: all.slice(0, 8), totp: all.slice(8) }
}

async function decideWith(ctx: BotContext, deps: SecondFactorDeps, card: Card, codes: Codes): Promise<void> {
  const { words } = ctx
  const outcome = await deps.keeper.whileDeciding(card.id, () => approveWith(ctx, deps, card, codes))
  if (outcome.ok) {
    forget(ctx)
    await deps.cards.change(card.id, { usedBy: ctx.update.update_id })
    void deps.keeper.refreshNow(card.id, outcome.view)
    return void (await ctx.reply(words.say(`factors.given.${outcome.given}`)))
  }
  const { error } = outcome
  void deps.keeper.refreshNow(card.id)
  const { code, params } = error
  const mayTryAgain = code === 'factor_refused' && ['wrong', 'used'].includes(String(params?.['why']))
  if (!mayTryAgain && !isAway({ ok: false, error })) forget(ctx)
  await ctx.reply(said(ctx, error))
}

type Approved =
  | { ok: true; view: CardView; given: 'approved' | 'held' | 'noted' }
  | { ok: false; error: ApiError }

async function approveWith(
  ctx: BotContext,
  { worker, botId }: SecondFactorDeps,
  card: Card,
  codes: Codes,
): Promise<Approved> {
  const { subject, digest, nonce, chatId } = card
  const as = { onBehalfOf: chatId, key: updateKey(botId, ctx.update.update_id, 'approve-with-code') }
  const input = { id: subject.id, digest: digest ?? '', challenge: nonce ?? '' }
  if (subject.kind === 'reconciliation') {
    const answer = await worker.call('reconcile.approve', { ...input, totp: codes.totp }, as)
    if (!answer.ok) return { ok: false, error: answer.error }
    const view = { kind: 'reconciliation' as const, found: answer.reconciliation, permissions: [] }
    return { ok: true, view, given: 'noted' }
  }
  const answer = await worker.call('request.approve', { ...input, ...codes }, as)
  if (!answer.ok) return { ok: false, error: answer.error }
  const { request } = answer
  const isHeld = request.missing.some(({ kind }) => kind === 'hold')
  const given = request.state === 'approved' ? 'approved' : isHeld ? 'held' : 'noted'
  return { ok: true, view: requestCardView(request), given }
}

function said({ words }: BotContext, error: ApiError): string {
  if (isAway({ ok: false, error })) return words.say('commands.worker_away')
  return error.code === 'factor_refused' ? codeRefusedText(words, error) : errorText(words, error)
}

function forget(ctx: BotContext): void {
  ctx.chatState = { ...ctx.chatState, awaitedCode: null }
}

/** A code that stays in the chat can be read by whoever has the phone; it is worth little after a minute, and nothing once used. */
async function deleteFromChat(ctx: BotContext, { log }: SecondFactorDeps): Promise<boolean> {
  try {
    await ctx.deleteMessage()
    return true
  } catch (error) {
    const isGone = /message to delete not found/i.test(error instanceof Error ? error.message : '')
    if (!isGone) log.warn(describeError(error), 'cannot delete a message with a code')
    return isGone
  }
}
