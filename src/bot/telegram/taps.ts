import { alertText } from '../../texts/chat/taps.ts'
import type { BotContext } from '../context.ts'

/**
 * Answers a tap; a query that is too old or answered already is nobody's problem any more.
 *
 * @param text what pops up: a window that is read and closed, or with `passing` a line that goes by itself
 */
export async function answerTap(ctx: BotContext, text?: string, passing = false): Promise<void> {
  if (ctx.callbackQuery === undefined) return
  try {
    await ctx.answerCallbackQuery(text === undefined ? {} : { text: alertText(text), show_alert: !passing })
  } catch {
    // Telegram forgets a query after some seconds, and the card itself shows what happened.
  }
}
