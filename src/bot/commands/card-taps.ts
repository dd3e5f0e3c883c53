import { Composer } from 'grammy'
import { COMPLETE_ACCESS, type ToComplete } from '../../../conversations/complete-access.ts'
import { DENY, DENY_ACCESS, type ToDeny } from '../../../conversations/deny.ts'
import { EDIT_ANSWER, type EditedDraft } from '../../../conversations/edit-answer.ts'
import { accessAlready } from '../../texts/chat/access-card.ts'
import { alreadyDecided } from '../../texts/chat/taps.ts'
import { violationsHtml } from '../../texts/chat/violations.ts'
import { errorText } from '../../texts/errors.ts'
import { CARD_PREFIX } from '../cards/buttons.ts'
import { decide } from '../cards/decide.ts'
import { decidingOn } from '../cards/deciding.ts'
import { checkTap, type TappedDeps } from '../cards/tapped.ts'
import type { BotContext } from '../context.ts'
import { isInDialogue } from '../dialogues.ts'
import { notAnswered } from '../not-answered.ts'
import type { Card } from '../state/cards.ts'
import { answerTap } from '../telegram/taps.ts'
import { isAway } from '../worker-calls.ts'
import { askForCode, type SecondFactorDeps } from './second-factor.ts'

/** Edit, deny, complete, turn away. */
const beginsDialogue = (data: string) => new RegExp(`^${CARD_PREFIX}[edon]:`).test(data)

/** [Approve], [Cancel] and what is decided about runs and repairs: stateless, before the dialogues, decided by the worker. */
export function decidingTaps(deps: SecondFactorDeps): Composer<BotContext> {
  const composer = new Composer<BotContext>()
  composer.on('callback_query:data', async (ctx, next) => {
    const { data } = ctx.callbackQuery
    if (!data.startsWith(CARD_PREFIX) || beginsDialogue(data)) return next()
    const checked = await checkTap(ctx, deps)
    if (!checked.ok) return answerTap(ctx, checked.text)
    const { tap, card } = checked
    const decided = await deps.keeper.whileDeciding(card.id, () => decide(decidingOn(ctx, deps, tap, card)))
    if (decided.asks !== undefined) {
      if (isInDialogue(ctx)) return answerTap(ctx, ctx.words.say('taps.finish_first'))
      await answerTap(ctx)
      return askForCode(ctx, deps, card, decided.asks)
    }
    await answerTap(ctx, decided.text, decided.done)
    // What was being changed is decided; the next thing that is typed answers no question of it.
    if (decided.done && editedCard(ctx) === card.id) await ctx.conversation.exit(EDIT_ANSWER)
    const { violations = [] } = decided
    if (violations.length > 0)
      await ctx.reply(violationsHtml(ctx.words, violations).html, { parse_mode: 'HTML' })
  })
  return composer
}

/** The card whose answers are being changed in this chat, as the dialogue was begun with it; null when none is. */
function editedCard({ chatState }: BotContext): string | null {
  const begun = chatState.dialogue?.state[EDIT_ANSWER]?.[0]
  const [draft] = begun?.args === undefined ? [] : (JSON.parse(begun.args) as [EditedDraft])
  return draft?.cardId ?? null
}

/** [Edit] and [Deny] on cards: behind the dialogues, because each begins one. */
export function dialogueTaps(deps: TappedDeps): Composer<BotContext> {
  const composer = new Composer<BotContext>()
  composer.on('callback_query:data', async (ctx, next) => {
    if (!beginsDialogue(ctx.callbackQuery.data)) return next()
    const checked = await checkTap(ctx, deps)
    if (!checked.ok) return answerTap(ctx, checked.text)
    if (isInDialogue(ctx)) return answerTap(ctx, ctx.words.say('taps.finish_first'))
    const { card, tap } = checked
    if (tap.verb === 'complete' || tap.verb === 'turn_away') return accessDialogue(ctx, deps, card, tap.verb)
    const requestId = card.subject.id
    const got = await deps.worker.call('request.get', { id: requestId }, { onBehalfOf: card.chatId })
    if (!got.ok) {
      const away = isAway(got) ? ctx.words.say('taps.no_answer_from_worker') : null
      return answerTap(ctx, away ?? errorText(ctx.words, got.error))
    }
    const { request } = got
    if (tap.verb === 'edit') {
      if (request.state !== 'draft') return answerTap(ctx, ctx.words.say('taps.not_editable'))
      await answerTap(ctx)
      const draft: EditedDraft = { requestId, cardId: card.id, answers: request.answers }
      return ctx.conversation.enter(EDIT_ANSWER, draft)
    }
    if (request.state !== 'submitted') return answerTap(ctx, alreadyDecided(ctx.words, request))
    await answerTap(ctx)
    const wish: ToDeny = { requestId, cardId: card.id }
    await ctx.conversation.enter(DENY, wish)
  })
  return composer
}

/** [Complete] and [Deny] of somebody who asks for access, as long as nobody was faster. */
async function accessDialogue(
  ctx: BotContext,
  { worker }: TappedDeps,
  card: Card,
  verb: 'complete' | 'turn_away',
): Promise<void> {
  const { id } = card.subject
  const got = await worker.call('access.get', { id }, { onBehalfOf: card.chatId })
  if (!got.ok) return answerTap(ctx, notAnswered(ctx.words, got.error).text)
  const { access } = got
  if (access.state !== 'waiting') return answerTap(ctx, accessAlready(ctx.words, access))
  await answerTap(ctx)
  if (verb === 'turn_away') {
    const wish: ToDeny = { requestId: id, cardId: card.id }
    return ctx.conversation.enter(DENY_ACCESS, wish)
  }
  const wish: ToComplete = {
    ...{ accessId: id, cardId: card.id, telegramId: access.telegram_id, name: access.name },
    ...{ telegramName: access.telegram_name, username: access.username, github: access.github },
    ...{ role: access.role, osUser: access.os_user },
  }
  return ctx.conversation.enter(COMPLETE_ACCESS, wish)
}
