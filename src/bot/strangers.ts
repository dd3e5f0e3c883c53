import { Composer, type NextFunction } from 'grammy'
import { ASK_ACCESS, askButton, BEGIN_ASKING } from '../../conversations/ask-access.ts'
import { ownAccessText } from '../texts/chat/access-card.ts'
import { refusalText } from '../texts/chat/commands.ts'
import { CARD_PREFIX } from './cards/buttons.ts'
import type { TappedDeps } from './cards/tapped.ts'
import { decidingTaps } from './commands/card-taps.ts'
import type { BotContext } from './context.ts'
import { isInDialogue } from './dialogues.ts'
import type { Guests } from './state/guests.ts'
import type { Refusals } from './state/refusals.ts'
import { answerTap } from './telegram/taps.ts'
import { isAway, updateKey, type WorkerCalls } from './worker-calls.ts'

export interface StrangersDeps {
  botId: number
  worker: WorkerCalls
  guests: Guests
  refusals: Refusals
  now: () => number
}

/** The payload of the links that the bot gives to newcomers whom it may not write to; no invitation. */
const WELCOME = 'welcome'

/** The code of an invitation in `/start CODE`: a deep link, or typed (Bot API, "Deep Linking"). Null for a plain Start. */
function codeOf(ctx: BotContext): string | null {
  if (ctx.message?.forward_origin !== undefined) return null
  const code = /^\/start(?:@\w+)? ([\w-]{1,64})$/.exec(ctx.message?.text ?? '')?.[1]
  return code === undefined || code === WELCOME ? null : code
}

/**
 * An update of somebody whom the worker does not know. Nothing of it is looked at or kept unless they ask for access, open an
 * invitation or take back what they asked; who may not even ask gets no answer at all.
 *
 * @param tell whether they may be told something now; they are once in a while
 * @param next is called for what the dialogue and the handlers behind it deal with
 */
export async function receiveStranger(
  ctx: BotContext,
  deps: StrangersDeps,
  tell: boolean,
  next: NextFunction,
): Promise<void> {
  const telegramId = ctx.from?.id ?? 0
  const data = ctx.callbackQuery?.data
  const isOurs = ctx.chatState.dialogue !== null || codeOf(ctx) !== null || data === BEGIN_ASKING
  if (!isOurs && !tell && data === undefined) return
  const mine = await deps.worker.call('access.mine', {}, { onBehalfOf: telegramId })
  if (isAway(mine) && ctx.chatState.dialogue !== null) {
    ctx.guest = { mayAsk: false, isWaiting: false }
    await ctx.reply(ctx.words.say('commands.worker_away'))
    return
  }
  if (!mine.ok || mine.mute) return
  const isOwnCard = mine.access !== null && data?.startsWith(CARD_PREFIX) === true
  if (isOurs || isOwnCard) {
    ctx.guest = { mayAsk: mine.may_ask, isWaiting: mine.access !== null && !mine.may_ask }
    return next()
  }
  if (data !== undefined) return answerTap(ctx, ctx.words.say('taps.not_known'))
  if (mine.access !== null && !mine.may_ask) {
    await ctx.reply(ownAccessText(ctx.words, mine.access).html, { parse_mode: 'HTML' })
    return
  }
  const offer = ctx.forgotten ? 'access.too_late' : 'access.offer'
  const text = mine.may_ask ? ctx.words.html(offer, { id: telegramId }) : refusalText(ctx.words, telegramId)
  await ctx.reply(text.html, {
    parse_mode: 'HTML',
    reply_markup: mine.may_ask ? askButton(ctx.words) : { remove_keyboard: true },
  })
}

/** What stands before a stranger's dialogue. */
export function beforeAsking({ worker, botId }: StrangersDeps): Composer<BotContext> {
  const composer = new Composer<BotContext>()
  composer.command('cancel', async (ctx, next) => {
    if (!isInDialogue(ctx)) return next()
    await ctx.conversation.exitAll()
    await ctx.reply(ctx.words.say('access.cancelled'), { reply_markup: askButton(ctx.words) })
  })
  composer.on('message:text', async (ctx, next) => {
    const code = codeOf(ctx)
    if (code === null) return next()
    const opened = await worker.call(
      'invite.redeem',
      { code },
      { onBehalfOf: ctx.from.id, key: updateKey(botId, ctx.update.update_id, 'redeem') },
    )
    const { words } = ctx
    const say = (key: 'invite.refused' | 'invite.opened' | 'invite.opened_waiting', role = '') =>
      ctx.reply(words.html(key, { role }).html, { parse_mode: 'HTML' })
    if (!opened.ok) {
      if (opened.error.code !== 'invite_refused') return
      await say('invite.refused')
      return
    }
    if (ctx.guest?.isWaiting === true) {
      await say('invite.opened_waiting', opened.role)
      return
    }
    await say('invite.opened', opened.role)
    if (isInDialogue(ctx)) return
    ctx.guest = { mayAsk: true, isWaiting: false }
    return next()
  })
  return composer
}

/** What stands behind it; nothing of a stranger's goes further. */
export function afterAsking(deps: StrangersDeps & TappedDeps): Composer<BotContext> {
  const composer = new Composer<BotContext>()
  const begin = async (ctx: BotContext) => {
    if (isInDialogue(ctx) || ctx.guest?.mayAsk !== true) return
    if (await deps.guests.hasRoom(deps.now())) await ctx.conversation.enter(ASK_ACCESS)
  }
  // Whoever has just opened an invitation need not tap.
  composer.on('message', begin)
  composer.callbackQuery(BEGIN_ASKING, async (ctx) => {
    await answerTap(ctx)
    await begin(ctx)
  })
  composer.use(decidingTaps(deps))
  composer.on('callback_query', (ctx) => answerTap(ctx))
  return composer
}
