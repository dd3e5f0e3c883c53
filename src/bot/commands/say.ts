import type { InlineKeyboard } from 'grammy'
import type { ApiError } from '../../protocol/errors.ts'
import { splitMessages } from '../../texts/chat/fit.ts'
import { type Html, h, lineHtml } from '../../texts/chat/html.ts'
import type { Line } from '../../texts/line.ts'
import type { BotContext } from '../context.ts'
import { notAnswered } from '../not-answered.ts'

/** Answers with as many messages as it takes; the keyboard stands under the last. */
export async function say(ctx: BotContext, lines: readonly Html[], keyboard?: InlineKeyboard): Promise<void> {
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

/** As `say`, for lines that chat and terminal share. */
export const sayLines = (ctx: BotContext, lines: readonly Line[], keyboard?: InlineKeyboard) =>
  say(ctx, lines.map(lineHtml), keyboard)

/** What the worker refused, or that it is away. */
export const refusalLine = (ctx: BotContext, error: ApiError): string => notAnswered(ctx.words, error).text

/** Answers with what the worker refused, or that it is away. */
export const sayError = (ctx: BotContext, error: ApiError) => say(ctx, [h`${refusalLine(ctx, error)}`])
