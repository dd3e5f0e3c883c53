import type { MiddlewareFn } from 'grammy'
import { errorText } from '../../texts/errors.ts'
import type { BotContext } from '../context.ts'
import type { Menus } from '../menus.ts'
import { type Chats, newChat } from '../state/chats.ts'
import type { Refusals } from '../state/refusals.ts'
import { receiveStranger, type StrangersDeps } from '../strangers.ts'
import { answerTap } from '../telegram/taps.ts'
import { isAway, updateKey, type WorkerCalls } from '../worker-calls.ts'
import { isStart } from './pass-on-starts.ts'

export interface AuthenticateDeps extends StrangersDeps {
  botId: number
  worker: WorkerCalls
  chats: Chats
  menus: Menus
  refusals: Refusals
  now: () => number
  /** The config's first admins: told apart from strangers only while the worker is away. */
  firstAdmins: readonly number[]
}

/**
 * Asks the worker for every update who wrote it; only people it knows get further, and strangers as far as asking
 * for access goes (`strangers.ts`).
 */
export function authenticate(deps: AuthenticateDeps): MiddlewareFn<BotContext> {
  return async (ctx, next) => {
    const telegramId = ctx.from?.id ?? 0
    const who = await deps.worker.call('whoami', {}, { onBehalfOf: telegramId })
    if (who.ok && (who.admin || who.person !== null)) {
      ctx.identity = { telegramId, admin: who.admin, permissions: new Set(who.permissions) }
      return next()
    }
    if (!who.ok && who.error.code !== 'not_permitted' && who.error.code !== 'not_found') {
      const isAsking = deps.guests.has(telegramId)
      // What they have answered so far is kept until the worker is back.
      if (isAsking) ctx.guest = { mayAsk: false, isWaiting: false }
      const known =
        isAsking || (await deps.chats.load(telegramId)) !== null || deps.firstAdmins.includes(telegramId)
      if (!known) return answerTap(ctx, ctx.words.say('taps.not_known'))
      if (ctx.callbackQuery !== undefined) return answerTap(ctx, ctx.words.say('taps.no_answer_from_worker'))
      await ctx.reply(isAway(who) ? ctx.words.say('commands.worker_away') : errorText(ctx.words, who.error))
      return
    }
    // Somebody who was let in once and is not on the roster any more is a stranger like any other.
    if ((await deps.chats.load(telegramId)) !== null) deps.menus.takeBack(telegramId)
    await deps.chats.forget(telegramId)
    if (!deps.guests.has(telegramId)) ctx.chatState = newChat()
    const tell = await deps.refusals.tell(telegramId, ctx.words.language, deps.now())
    // An open request may be about them, which they are not told: their Start counts from now on.
    if (tell || isStart(ctx)) {
      const key = updateKey(deps.botId, ctx.update.update_id, 'started')
      await deps.worker.call('person.started', {}, { onBehalfOf: telegramId, key })
    }
    return receiveStranger(ctx, deps, tell, next)
  }
}
