import type { Denied, DenyPort } from '../../../conversations/deny.ts'
import type { ApiError } from '../../protocol/errors.ts'
import type { AllWords, Words } from '../../texts/words.ts'
import { requestCardView } from '../cards/card-view.ts'
import type { CardKeeper } from '../cards/keeper.ts'
import { lateText } from '../cards/late-text.ts'
import { notAnswered } from '../not-answered.ts'
import type { Cards } from '../state/cards.ts'
import { isAway, updateKey, type WorkerCalls } from '../worker-calls.ts'

export interface DenyPortDeps {
  words: AllWords
  botId: number
  worker: WorkerCalls
  cards: Cards
  keeper: CardKeeper
}

/** The port of the dialogue behind [Deny]: over the worker, and the tapped card shows the outcome at once. */
export function createDenyPort(deps: DenyPortDeps): DenyPort {
  const { botId, worker, keeper } = deps
  return {
    async deny({ telegramId, updateId, language }, { requestId, cardId, reason }) {
      const words = deps.words[language]
      const closed = await worker.call(
        'request.deny',
        { id: requestId, ...(reason === null ? {} : { reason }) },
        { onBehalfOf: telegramId, key: updateKey(botId, updateId, 'deny') },
      )
      if (closed.ok) {
        void keeper.refreshNow(cardId, requestCardView(closed.request))
        return { ok: true }
      }
      void keeper.refreshNow(cardId)
      return notDenied(deps, words, closed.error, { cardId, verb: 'deny' })
    },
  }
}

/** The port of `[Deny]` on the card of somebody who asks for access. */
export function createDenyAccessPort(deps: DenyPortDeps): DenyPort {
  const { botId, worker, keeper } = deps
  return {
    async deny({ telegramId, updateId, language }, { requestId: id, cardId, reason }) {
      const words = deps.words[language]
      const denied = await worker.call(
        'access.deny',
        { id, ...(reason === null ? {} : { reason }) },
        { onBehalfOf: telegramId, key: updateKey(botId, updateId, 'deny-access') },
      )
      void keeper.refreshNow(cardId)
      if (denied.ok) return { ok: true }
      return notDenied(deps, words, denied.error, { cardId, verb: 'turn_away' })
    },
  }
}

/** What is said instead. It can be tried again unless the worker has decided; who was too late hears who was first. */
async function notDenied(
  deps: DenyPortDeps,
  words: Words,
  error: ApiError,
  { cardId, verb }: { cardId: string; verb: 'deny' | 'turn_away' },
): Promise<Exclude<Denied, { ok: true }>> {
  const { violations = [] } = error
  const again = isAway({ ok: false, error }) || violations.length > 0
  const card = error.code === 'already_decided' ? deps.cards.get(cardId) : undefined
  const late = card === undefined ? null : await lateText(words, deps, card, verb)
  return { ok: false, again, text: late ?? notAnswered(words, error).text, violations }
}
