import { Composer } from 'grammy'
import { EDIT_ANSWER, type EditedDraft } from '../../../conversations/edit-answer.ts'
import { violationsHtml } from '../../texts/chat/violations.ts'
import { errorText } from '../../texts/errors.ts'
import { CARD_PREFIX } from '../cards/buttons.ts'
import { decide } from '../cards/decide.ts'
import { decidingOn } from '../cards/deciding.ts'
import { checkTap, type TappedDeps } from '../cards/tapped.ts'
import type { BotContext } from '../context.ts'
import { isInDialogue } from '../dialogues.ts'
import { answerTap } from '../telegram/taps.ts'

const isEdit = (data: string) => data.startsWith(`${CARD_PREFIX}e:`)

/** [Approve], [Cancel], [Deny] on cards: stateless, before the dialogues, decided by the worker. */
export function decidingTaps(deps: TappedDeps): Composer<BotContext> {
  const composer = new Composer<BotContext>()
  composer.on('callback_query:data', async (ctx, next) => {
    const { data } = ctx.callbackQuery
    if (!data.startsWith(CARD_PREFIX) || isEdit(data)) return next()
    const checked = await checkTap(ctx, deps)
    if (!checked.ok) return answerTap(ctx, checked.text)
    const { tap, card } = checked
    const decided = await deps.keeper.whileDeciding(card.id, () => decide(decidingOn(ctx, deps, tap, card)))
    await answerTap(ctx, decided.text, decided.done)
    const { violations = [] } = decided
    if (violations.length > 0)
      await ctx.reply(violationsHtml(ctx.words, violations).html, { parse_mode: 'HTML' })
  })
  return composer
}

/** [Edit] on a review card: behind the dialogues, because it begins one. */
export function editTaps(deps: TappedDeps): Composer<BotContext> {
  const composer = new Composer<BotContext>()
  composer.on('callback_query:data', async (ctx, next) => {
    if (!isEdit(ctx.callbackQuery.data)) return next()
    const checked = await checkTap(ctx, deps)
    if (!checked.ok) return answerTap(ctx, checked.text)
    if (isInDialogue(ctx)) return answerTap(ctx, ctx.words.say('taps.finish_first'))
    const { card } = checked
    const got = await deps.worker.call('request.get', { id: card.subject.id }, { onBehalfOf: card.chatId })
    if (!got.ok) return answerTap(ctx, errorText(ctx.words, got.error))
    if (got.request.state !== 'draft') return answerTap(ctx, ctx.words.say('taps.not_editable'))
    await answerTap(ctx)
    const draft: EditedDraft = { requestId: card.subject.id, cardId: card.id, answers: got.request.answers }
    await ctx.conversation.enter(EDIT_ANSWER, draft)
  })
  return composer
}
