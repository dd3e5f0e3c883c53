import type { MiddlewareFn } from 'grammy'
import type { BotContext } from '../context.ts'
import { isInDialogue } from '../dialogues.ts'

/**
 * What somebody changes in a message they sent is never looked at, or an answer could change behind what was understood. In the middle
 * of a dialogue they are told so.
 */
export function editedMessages(): MiddlewareFn<BotContext> {
  return async (ctx, next) => {
    if (ctx.editedMessage === undefined) return next()
    if (isInDialogue(ctx)) await ctx.reply(ctx.words.say('dialogue.edited_message'))
  }
}
