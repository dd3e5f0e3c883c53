import type { MiddlewareFn } from 'grammy'
import { COMMANDS } from '../../texts/chat/commands.ts'
import { mayUse } from '../commands/table.ts'
import type { BotContext } from '../context.ts'

/** Answers a command that its sender may not use, so that no handler has to look. Forwarded commands are somebody else's words. */
export function onlyPermitted(): MiddlewareFn<BotContext> {
  return async (ctx, next) => {
    const permissions = ctx.identity?.permissions
    if (permissions === undefined || ctx.message?.forward_origin !== undefined) return next()
    const command = COMMANDS.find((one) => ctx.hasCommand(one))
    if (command === undefined || mayUse(command, permissions)) return next()
    await ctx.reply(ctx.words.say('commands.not_permitted'))
  }
}
