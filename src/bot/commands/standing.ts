import { Composer, InlineKeyboard } from 'grammy'
import type { ApiError } from '../../protocol/errors.ts'
import * as texts from '../../texts/chat/commands.ts'
import { splitMessages } from '../../texts/chat/fit.ts'
import { type Html, h, lineHtml } from '../../texts/chat/html.ts'
import { errorText } from '../../texts/errors.ts'
import type { Line } from '../../texts/line.ts'
import { requestLine, requestLines } from '../../texts/requests.ts'
import type { CardKeeper } from '../cards/keeper.ts'
import type { BotContext } from '../context.ts'
import { isInDialogue } from '../dialogues.ts'
import { aboutRequest, newCard } from '../state/cards.ts'
import { answerTap } from '../telegram/taps.ts'
import { isAway, type WorkerCalls } from '../worker-calls.ts'

export interface StandingCommandsDeps {
  worker: WorkerCalls
  keeper: CardKeeper
  now: () => number
}

/** Buttons of the list of requests begin with this. */
const OPEN_PREFIX = 'o:'

/**
 * Commands that stand before the dialogues and therefore work in the middle of one. Which of them serves whom is decided by
 * the worker, operation by operation; only `/users` is not even offered to members.
 */
export function standingCommands(deps: StandingCommandsDeps): Composer<BotContext> {
  const { worker, keeper, now } = deps
  const all = new Composer<BotContext>()
  // A forwarded message may hold somebody else's command; it is an answer to «who», not an order.
  const composer = all.filter((ctx) => ctx.message?.forward_origin === undefined)
  const as = (ctx: BotContext) => ({ onBehalfOf: ctx.identity?.telegramId ?? 0 })

  composer.command('cancel', async (ctx) => {
    if (!isInDialogue(ctx)) return void (await ctx.reply(ctx.words.say('commands.nothing_to_cancel')))
    await ctx.conversation.exitAll()
    await ctx.reply(ctx.words.say('dialogue.cancelled'), { reply_markup: { remove_keyboard: true } })
  })

  composer.command(['help', 'start'], (ctx) =>
    say(ctx, [texts.helpText(ctx.words, ctx.identity?.admin === true)]),
  )

  composer.command('whoami', async (ctx) => {
    const answer = await worker.call('whoami', {}, as(ctx))
    await (answer.ok ? say(ctx, [texts.whoamiText(ctx.words, answer)]) : sayError(ctx, answer.error))
  })

  composer.command('status', async (ctx) => {
    const answer = await worker.call('status', {}, as(ctx))
    await (answer.ok ? say(ctx, [texts.statusText(ctx.words, answer, now())]) : sayError(ctx, answer.error))
  })

  composer.command('requests', async (ctx) => {
    const wanted = ctx.match.trim()
    if (/^[1-9][0-9]{0,13}$/.test(wanted)) return open(ctx, Number(wanted))
    const waiting = await worker.call('request.list', { open: true, limit: 10 }, as(ctx))
    if (!waiting.ok) return sayError(ctx, waiting.error)
    const isQuiet = waiting.requests.length === 0
    const answer = isQuiet ? await worker.call('request.list', { limit: 5 }, as(ctx)) : waiting
    if (!answer.ok) return sayError(ctx, answer.error)
    const { requests, more } = answer
    if (requests.length === 0) return say(ctx, [ctx.words.html('commands.no_requests')])
    const keyboard = new InlineKeyboard()
    requests.forEach((request, index) => {
      keyboard.text(ctx.words.say('commands.open_label', { id: request.id }), `${OPEN_PREFIX}${request.id}`)
      if (index % 3 === 2) keyboard.row()
    })
    const lines = [
      ...(isQuiet ? [ctx.words.html('commands.nothing_waits')] : []),
      ...requests.map((request) => h`• ${requestLine(ctx.words, request)}`),
    ]
    return say(ctx, more ? [...lines, ctx.words.html('commands.more_requests')] : lines, keyboard)
  })

  composer.callbackQuery(/^o:([1-9][0-9]{0,13})$/, async (ctx) => {
    await answerTap(ctx)
    await open(ctx, Number(ctx.match[1]))
  })

  /** An admin gets a card that can be decided and follows the request; anybody else reads it. */
  const open = async (ctx: BotContext, id: number): Promise<void> => {
    const answer = await worker.call('request.get', { id }, as(ctx))
    if (!answer.ok) return sayError(ctx, answer.error)
    if (ctx.identity?.admin !== true) return sayLines(ctx, requestLines(ctx.words, answer.request))
    const { telegramId } = ctx.identity
    await keeper.want(newCard(`u${ctx.update.update_id}-${telegramId}`, telegramId, aboutRequest(id)))
  }

  return all
}

const sayLines = (ctx: BotContext, lines: readonly Line[]) => say(ctx, lines.map(lineHtml))

const sayError = (ctx: BotContext, error: ApiError) =>
  say(ctx, [
    h`${isAway({ ok: false, error }) ? ctx.words.say('commands.worker_away') : errorText(ctx.words, error)}`,
  ])

async function say(ctx: BotContext, lines: readonly Html[], keyboard?: InlineKeyboard): Promise<void> {
  const messages = splitMessages(lines)
  for (const [index, html] of messages.entries()) {
    const isLast = index === messages.length - 1
    await ctx.reply(html, {
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      ...(keyboard !== undefined && isLast ? { reply_markup: keyboard } : {}),
    })
  }
}
