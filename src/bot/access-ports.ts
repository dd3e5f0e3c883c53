import type { AskPort } from '../../conversations/ask-access.ts'
import type { CompletePort } from '../../conversations/complete-access.ts'
import type { DenyPort } from '../../conversations/deny.ts'
import type { InvitePort } from '../../conversations/invite.ts'
import { timeText } from '../texts/duration.ts'
import { roleLine } from '../texts/people.ts'
import type { AllWords, Words } from '../texts/words.ts'
import type { CardKeeper } from './cards/keeper.ts'
import { lateText } from './cards/late-text.ts'
import { inputOf, notAnswered } from './onboarding-ports.ts'
import { aboutAccess, aboutRequest, type Cards, newCard } from './state/cards.ts'
import { isAway, updateKey, type WorkerCalls } from './worker-calls.ts'

export interface AccessPortsDeps {
  words: AllWords
  botId: number
  worker: WorkerCalls
  cards: Cards
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

/** The port of `[Deny]` on the card of somebody who asks for access. */
export function createDenyAccessPort(deps: AccessPortsDeps): DenyPort {
  const { botId, worker, cards, keeper } = deps
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
      const { error } = denied
      const { violations = [] } = error
      const again = isAway(denied) || violations.length > 0
      const card = error.code === 'already_decided' ? cards.get(cardId) : undefined
      const late = card === undefined ? null : await lateText(words, deps, card, 'turn_away')
      return { ok: false, again, text: late ?? notAnswered(words, error).text, violations }
    },
  }
}

/** The port of `/invite`. */
export function createInvitePort({ words: all, botId, worker }: AccessPortsDeps): InvitePort {
  return {
    async roles({ telegramId, language }) {
      const answer = await worker.call('onboarding.options', {}, { onBehalfOf: telegramId })
      if (!answer.ok) return notAnswered(all[language], answer.error)
      const roles = answer.roles
        .filter(({ sensitive }) => sensitive !== true)
        .map((role) => ({ name: role.name, line: roleLine(all[language], role) }))
      return { ok: true, roles }
    },
    async invite({ telegramId, updateId, language }, { role, expiresInMs, osUser, note }) {
      const made = await worker.call(
        'invite.create',
        {
          role,
          expires_in: expiresInMs,
          ...(osUser === null ? {} : { os_user: osUser }),
          ...(note === null ? {} : { note }),
        },
        { onBehalfOf: telegramId, key: updateKey(botId, updateId, 'invite') },
      )
      if (!made.ok) {
        const { violations = [] } = made.error
        return { ...notAnswered(all[language], made.error), violations }
      }
      const { invitation, code, link } = made
      const { id, expires_at } = invitation
      return { ok: true, html: madeHtml(all[language], { id, role, code, link, until: expires_at }) }
    },
  }
}

function madeHtml(
  words: Words,
  made: { id: number; role: string; code: string | null; link: string | null; until: number },
): string {
  const { id, role, code, link } = made
  const values = { id, role, until: timeText(words, made.until) }
  if (link !== null) return words.html('invite.made', { ...values, link }).html
  if (code !== null) return words.html('invite.made_code', { ...values, code }).html
  return words.html('invite.made_unseen', { id }).html
}
