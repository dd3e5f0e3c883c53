import { Composer } from 'grammy'
import * as texts from '../../texts/chat/commands.ts'
import { h } from '../../texts/chat/html.ts'
import { personLine, personLines } from '../../texts/people.ts'
import type { BotContext } from '../context.ts'
import { isInDialogue } from '../dialogues.ts'
import type { WorkerCalls } from '../worker-calls.ts'
import { say, sayError, sayLines } from './say.ts'
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

  composer.command('users', async (ctx) => {
    const name = ctx.match.trim()
    if (name !== '') {
      const answer = await worker.call('people.get', { name: name.slice(0, 200) }, as(ctx))
      return answer.ok ? sayLines(ctx, personLines(ctx.words, answer.person)) : sayError(ctx, answer.error)
    }
    const answer = await worker.call('people.list', {}, as(ctx))
    if (!answer.ok) return sayError(ctx, answer.error)
    if (answer.people.length === 0) return say(ctx, [ctx.words.html('commands.no_people')])
    const lines = answer.people.map((person) => h`• ${personLine(ctx.words, person)}`)
    return say(ctx, answer.more ? [...lines, ctx.words.html('commands.more_people')] : lines)
  })

  return all
}
