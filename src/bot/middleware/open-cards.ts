import type { MiddlewareFn } from 'grammy'
import type { CardKeeper } from '../cards/keeper.ts'
import type { BotContext } from '../context.ts'
import { aboutAccess, aboutRequest, type Cards, newCard } from '../state/cards.ts'
import type { WorkerCalls } from '../worker-calls.ts'

export interface OpenCardsDeps {
  worker: WorkerCalls
  cards: Cards
  keeper: CardKeeper
}

/** More at once would be no help: `/requests` lists them. */
const AT_MOST = 20

/**
 * Whoever the bot did not know as an admin before gets the cards of what waits for a decision, after what they wrote was answered:
 * when those were handed out nobody knew that they were to have them.
 */
export function openCards({ worker, cards, keeper }: OpenCardsDeps): MiddlewareFn<BotContext> {
  return async (ctx, next) => {
    const wasAdmin = ctx.chatState.admin
    await next()
    const { identity } = ctx
    if (wasAdmin || identity === undefined || !identity.admin) return
    const { telegramId } = identity
    const open = await worker.call('request.list', { open: true, limit: AT_MOST }, { onBehalfOf: telegramId })
    if (!open.ok) return
    for (const { id, kind, state } of open.requests.toReversed()) {
      const subject = aboutRequest(id)
      // Of repairs admins hear together, by the reconciliation that found them.
      const isTheirs = state === 'submitted' && kind !== 'repair'
      const hasOne = cards.about(subject).some((card) => card.chatId === telegramId)
      if (isTheirs && !hasOne) await keeper.want(newCard(`r${id}-${telegramId}`, telegramId, subject))
    }
    const asking = await worker.call(
      'access.list',
      { open: true, limit: AT_MOST },
      { onBehalfOf: telegramId },
    )
    if (!asking.ok) return
    for (const { id, state, telegram_id } of asking.access.toReversed()) {
      // Who may not decide about others sees only what they asked themself.
      if (state !== 'waiting' || telegram_id === telegramId) continue
      await keeper.want(newCard(`a${id}-${telegramId}`, telegramId, aboutAccess(id)))
    }
  }
}
