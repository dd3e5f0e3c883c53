import type { AskPort } from '../../../conversations/ask-access.ts'
import type { CompletePort } from '../../../conversations/complete-access.ts'
import type { AllWords } from '../../texts/words.ts'
import type { CardKeeper } from '../cards/keeper.ts'
import { notAnswered } from '../not-answered.ts'
import { aboutAccess, aboutRequest, newCard } from '../state/cards.ts'
import { updateKey, type WorkerCalls } from '../worker-calls.ts'
import { inputOf } from './onboarding.ts'

export interface AccessPortsDeps {
  words: AllWords
  botId: number
  worker: WorkerCalls
  keeper: CardKeeper
}

/** The port of a stranger's dialogue: over the worker, and a message of their own follows what they asked. */
export function createAskPort({ words: all, botId, worker, keeper }: AccessPortsDeps): AskPort {
  return {
    async ask({ telegramId, updateId, language }, asked) {
      const answer = await worker.call(
        'access.ask',
        {
          name: asked.name,
          telegram_name: asked.telegramName.slice(0, 4096),
          ...(asked.github === null ? {} : { github: asked.github }),
          ...(asked.note === null ? {} : { note: asked.note }),
          ...(asked.username === null ? {} : { username: asked.username.slice(0, 64) }),
          ...(asked.languageTag === null ? {} : { language: asked.languageTag.slice(0, 35) }),
        },
        { onBehalfOf: telegramId, key: updateKey(botId, updateId, 'ask') },
      )
      if (answer.ok) {
        const { id } = answer.access
        await keeper.want(newCard(`w${id}`, telegramId, aboutAccess(id)))
        return { ok: true }
      }
      const { code, violations = [] } = answer.error
      // Beyond the caps, and blocked meanwhile: silence.
      if (code === 'too_many') return { ok: false, text: null, violations }
      return { ...notAnswered(all[language], answer.error), violations }
    },
  }
}

/** The port of `[Complete]`: over the worker; the draft gets a review card of its own. */
export function createCompletePort({ words: all, botId, worker, keeper }: AccessPortsDeps): CompletePort {
  return {
    async complete({ telegramId, updateId, language }, { accessId, cardId }, answers) {
      const { telegram_id: _, proof: __, ...input } = inputOf(answers)
      const completed = await worker.call(
        'access.complete',
        { id: accessId, answers: input },
        { onBehalfOf: telegramId, key: updateKey(botId, updateId, 'complete') },
      )
      void keeper.refreshNow(cardId)
      if (!completed.ok) {
        const { violations = [] } = completed.error
        return { ...notAnswered(all[language], completed.error), violations }
      }
      const requestId = completed.request.id
      await keeper.want(newCard(`u${updateId}-${telegramId}`, telegramId, aboutRequest(requestId)))
      return { ok: true, requestId }
    },
  }
}
