import { Composer } from 'grammy'
import * as texts from '../../texts/chat/commands.ts'
import type { BotContext } from '../context.ts'
import { isInDialogue } from '../dialogues.ts'
import type { WorkerCalls } from '../worker-calls.ts'
import { say, sayError } from './say.ts'
import { commandsOf } from './table.ts'

export interface StandingCommandsDeps {
  worker: WorkerCalls
  now: () => number
}

/**
 * Commands that stand before the dialogues and therefore work in the middle of one. What each shows to whom is decided by
 * the worker, operation by operation.
 */
export function standingCommands(deps: StandingCommandsDeps): Composer<BotContext> {
  const { worker, now } = deps
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
    say(ctx, [texts.helpText(ctx.words, commandsOf(ctx.identity?.permissions ?? new Set()))]),
  )

  composer.command('whoami', async (ctx) => {
    const answer = await worker.call('whoami', {}, as(ctx))
    await (answer.ok ? say(ctx, [texts.whoamiText(ctx.words, answer)]) : sayError(ctx, answer.error))
  })

  composer.command('status', async (ctx) => {
    const answer = await worker.call('status', {}, as(ctx))
    await (answer.ok ? say(ctx, [texts.statusText(ctx.words, answer, now())]) : sayError(ctx, answer.error))
  })

  return all
}
