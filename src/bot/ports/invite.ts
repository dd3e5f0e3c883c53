import type { InvitePort } from '../../../conversations/invite.ts'
import { timeText } from '../../texts/duration.ts'
import { roleLine } from '../../texts/people.ts'
import type { AllWords, Words } from '../../texts/words.ts'
import { notAnswered } from '../not-answered.ts'
import { updateKey, type WorkerCalls } from '../worker-calls.ts'

export interface InvitePortDeps {
  words: AllWords
  botId: number
  worker: WorkerCalls
}

/** The port of `/invite`. */
export function createInvitePort({ words: all, botId, worker }: InvitePortDeps): InvitePort {
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
