import { alertText } from '../../texts/chat/taps.ts'
import type { BotContext } from '../context.ts'

/** Answers a tap; a query that is too old or answered already is nobody's problem any more. */
export async function answerTap(ctx: BotContext, text?: string): Promise<void> {
  if (ctx.callbackQuery === undefined) return
  try {
    await ctx.answerCallbackQuery(text === undefined ? {} : { text: alertText(text), show_alert: true })
  } catch {
    // Telegram forgets a query after some seconds, and the card itself shows what happened.
  }
}
