import { Composer, InlineKeyboard } from 'grammy'
import { errorText } from '../../texts/errors.ts'
import type { BotContext } from '../context.ts'
import { answerTap } from '../telegram/taps.ts'
import { isAway, updateKey, type WorkerCalls } from '../worker-calls.ts'

/** Freezing takes nothing away that root cannot give back, so its button is bound to nothing. */
const YES = 'fz:yes'

/** `/freeze`: after one more tap no approval in chat counts. `/unfreeze` says who ends that. */
export function freezeCommands({
  worker,
  botId,
}: {
  worker: WorkerCalls
  botId: number
}): Composer<BotContext> {
  const all = new Composer<BotContext>()
  const composer = all.filter((ctx) => ctx.message?.forward_origin === undefined)

  composer.command('freeze', async (ctx) => {
    const { words } = ctx
    const status = await worker.call('status', {}, { onBehalfOf: ctx.identity?.telegramId ?? 0 })
    if (status.ok && status.details?.frozen != null) {
      await ctx.reply(words.say('factors.freeze_already'))
      return
    }
    await ctx.reply(words.say('factors.freeze_ask'), {
      reply_markup: new InlineKeyboard().text(words.say('factors.freeze_button'), YES),
    })
  })

  composer.command('unfreeze', async (ctx) => void (await ctx.reply(ctx.words.say('factors.unfreeze'))))

  composer.callbackQuery(YES, async (ctx) => {
    const { words } = ctx
    const onBehalfOf = ctx.identity?.telegramId ?? 0
    const key = updateKey(botId, ctx.update.update_id, 'freeze')
    const answer = await worker.call('chat.freeze', {}, { onBehalfOf, key })
    if (answer.ok) return answerTap(ctx, words.say('factors.frozen_now'))
    const { error } = answer
    return answerTap(ctx, isAway(answer) ? words.say('commands.worker_away') : errorText(words, error))
  })

  return all
}
