import { Composer, InlineKeyboard, InputFile } from 'grammy'
import type { CardText } from '../../texts/chat/cards.ts'
import { dryRunText, nothingToRepair } from '../../texts/chat/drift-card.ts'
import { fitMessage } from '../../texts/chat/fit.ts'
import { errorText } from '../../texts/errors.ts'
import type { CardKeeper } from '../cards/keeper.ts'
import type { BotContext } from '../context.ts'
import { driftCard } from '../state/cards.ts'
import { answerTap } from '../telegram/taps.ts'
import { isAway, updateKey, type WorkerCalls } from '../worker-calls.ts'
import { mayUse } from './table.ts'

export interface ReconcileCommandDeps {
  worker: WorkerCalls
  keeper: CardKeeper
  botId: number
}

/** Asks for repairs: it decides nothing, so it is bound to nothing. */
const ASK = 'rc:ask'

/**
 * `/reconcile`: a dry run as text; `/reconcile repair`, or its button, compares again and asks for the repairs with a card. Who may is
 * the worker's to decide.
 */
export function reconcileCommand({ worker, keeper, botId }: ReconcileCommandDeps): Composer<BotContext> {
  const all = new Composer<BotContext>()
  const composer = all.filter((ctx) => ctx.message?.forward_origin === undefined)

  composer.command('reconcile', async (ctx) => {
    const wanted = ctx.match.trim()
    if (wanted === 'repair') {
      const refused = await ask(ctx)
      if (refused !== null) await ctx.reply(refused)
      return
    }
    if (wanted !== '') return void (await ctx.reply(ctx.words.say('drift_card.usage')))
    const answer = await worker.call('reconcile.check', {}, { onBehalfOf: ctx.identity?.telegramId ?? 0 })
    if (!answer.ok) {
      return void (await ctx.reply(
        isAway(answer) ? ctx.words.say('commands.worker_away') : errorText(ctx.words, answer.error),
      ))
    }
    const { findings } = answer.reconciliation
    const canRepair = findings.some(({ repairable }) => repairable)
    await say(ctx, dryRunText(ctx.words, answer.reconciliation), canRepair)
  })

  composer.callbackQuery(ASK, async (ctx) => {
    if (!mayUse('reconcile', ctx.identity?.permissions ?? new Set())) {
      return answerTap(ctx, ctx.words.say('commands.not_permitted'))
    }
    return answerTap(ctx, (await ask(ctx)) ?? undefined)
  })

  /** Makes the card of what was found now, or says why there is none. */
  const ask = async (ctx: BotContext): Promise<string | null> => {
    const telegramId = ctx.identity?.telegramId ?? 0
    const key = updateKey(botId, ctx.update.update_id, 'reconcile')
    const answer = await worker.call('reconcile.run', {}, { onBehalfOf: telegramId, key })
    if (!answer.ok)
      return isAway(answer) ? ctx.words.say('commands.worker_away') : errorText(ctx.words, answer.error)
    const { reconciliation: found } = answer
    if (found.id === null || found.requests.length === 0) return nothingToRepair(ctx.words, found)
    await keeper.wantDrift(driftCard(telegramId, found.id))
    return null
  }

  return all
}

async function say(ctx: BotContext, { head, lines, tail }: CardText, canRepair: boolean): Promise<void> {
  const { html, rest } = fitMessage(ctx.words, head, lines, tail)
  await ctx.reply(html, {
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    ...(canRepair ? { reply_markup: new InlineKeyboard().text(ctx.words.say('drift_card.ask'), ASK) } : {}),
  })
  if (rest !== null) await ctx.replyWithDocument(new InputFile(Buffer.from(rest), 'reconciliation.txt'))
}
