import type { Context, MiddlewareFn } from 'grammy'
import type { BotContext } from '../context.ts'
import { isAway, updateKey, type WorkerCalls } from '../worker-calls.ts'

/** Whether somebody pressed Start, or typed it, which Telegram does not tell apart. */
export function isStart(ctx: Context): boolean {
  return /^\/start(@\w+)?(\s|$)/.test(ctx.message?.text ?? '') && ctx.message?.forward_origin === undefined
}

/**
 * Tells the worker that somebody it knows wrote here themself: at every Start, and at the first message of a chat. An account
 * may wait for just that.
 */
export function passOnStarts(deps: { worker: WorkerCalls; botId: number }): MiddlewareFn<BotContext> {
  return async (ctx, next) => {
    const isFirst = ctx.chatState.lastUpdate === null
    if (ctx.identity === undefined) return next()
    if (ctx.message === undefined || !(isFirst || isStart(ctx))) return next()
    const answer = await deps.worker.call(
      'person.started',
      {},
      {
        onBehalfOf: ctx.identity.telegramId,
        key: updateKey(deps.botId, ctx.update.update_id, 'started'),
      },
    )
    if (isAway(answer)) return void (await ctx.reply(ctx.words.say('commands.worker_away')))
    if (!answer.ok || !answer.activates) return next()
    await ctx.reply(ctx.words.say('commands.activating'))
    return isStart(ctx) ? undefined : next()
  }
}
