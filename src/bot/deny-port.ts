import type { DenyPort } from '../../conversations/deny.ts'
import { errorText } from '../texts/errors.ts'
import type { AllWords } from '../texts/words.ts'
import { requestCardView } from './cards/card-view.ts'
import type { CardKeeper } from './cards/keeper.ts'
import { lateText } from './cards/late-text.ts'
import type { Cards } from './state/cards.ts'
import { isAway, updateKey, type WorkerCalls } from './worker-calls.ts'

export interface DenyPortDeps {
  words: AllWords
  botId: number
  worker: WorkerCalls
  cards: Cards
  keeper: CardKeeper
}

/** The port of the dialogue behind [Deny]: over the worker, and the tapped card shows the outcome at once. */
export function createDenyPort(deps: DenyPortDeps): DenyPort {
  const { botId, worker, cards, keeper } = deps
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
      const { error } = closed
      const { violations = [] } = error
      if (isAway(closed)) {
        return { ok: false, again: true, text: words.say('commands.worker_away'), violations }
      }
      if (violations.length > 0) return { ok: false, again: true, text: errorText(words, error), violations }
      const card = error.code === 'already_decided' ? cards.get(cardId) : undefined
      const late = card === undefined ? null : await lateText(words, deps, card, 'deny')
      return { ok: false, again: false, text: late ?? errorText(words, error), violations }
    },
  }
}
