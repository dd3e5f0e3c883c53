import type { MiddlewareFn } from 'grammy'
import type { BotContext } from '../context.ts'
import type { Telling } from '../telling/telling.ts'

/** After an update of somebody the worker knows: what waits for them is looked at again. */
export function heardFrom({ telling }: { telling: Telling }): MiddlewareFn<BotContext> {
  return async (ctx, next) => {
    await next()
    if (ctx.identity !== undefined) await telling.heardFrom(ctx.identity.telegramId)
  }
}
