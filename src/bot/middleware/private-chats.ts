import type { MiddlewareFn } from 'grammy'
import type { BotContext } from '../context.ts'
import { answerTap } from '../telegram/taps.ts'

/**
 * Lets only updates of private chats through, from the very person whose chat it is: groups, channels, anonymous admins and
 * bots are left alone, a tap anywhere else is answered and does nothing.
 */
export function onlyPrivateChats(): MiddlewareFn<BotContext> {
  return async (ctx, next) => {
    const { chat, from } = ctx
    if (chat?.type !== 'private' || from === undefined || from.is_bot)
      return answerTap(ctx, ctx.words.say('taps.not_here'))
    if (chat.id !== from.id) return answerTap(ctx, ctx.words.say('taps.not_yours'))
    return next()
  }
}
