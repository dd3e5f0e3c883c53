import { suggestOsUsers } from '../../src/domain/username.ts'
import { h } from '../../src/texts/chat/html.ts'
import * as texts from '../../src/texts/chat/questions.ts'
import { violationsHtml } from '../../src/texts/chat/violations.ts'
import { plain } from '../../src/texts/plain.ts'
import { ask, button, type Dialogue, type Outcome, scopeOf } from '../dialogue.ts'
import type { AccountCheck, Answers, OnboardingOptions, OnboardingPorts } from '../ports.ts'
import { column } from './choices.ts'

export interface OsUserAnswer {
  os_user: string
  account: 'create' | 'adopt'
}

/** Question 2: the account, new or existing. Every name is judged by the worker at once. */
export async function askOsUser(
  dialogue: Dialogue,
  ports: OnboardingPorts,
  known: {
    answers: Answers
    options: OnboardingOptions
    suggestFrom: string
    username?: string
    wished?: string
  },
): Promise<Outcome<OsUserAnswer>> {
  const { words } = dialogue
  const telegramId = known.answers.telegram_id ?? 0
  const check = async (osUsers: string[]) => {
    const scope = scopeOf(dialogue)
    return dialogue.talk.external(() => ports.checkAccounts(scope, { osUsers, telegramId }))
  }
  for (;;) {
    const names =
      known.options.ownOsUser === null
        ? [
            ...new Set([
              ...(known.wished === undefined ? [] : [known.wished]),
              ...suggestOsUsers(known.suggestFrom, known.username),
            ]),
          ]
        : [known.options.ownOsUser]
    const suggested = await check(names)
    const usable = suggested.ok ? suggested.checks.filter((one) => one.can_create || one.can_adopt) : []
    // The one account there is cannot be taken: why not is all that helps.
    const hopeless = known.options.ownOsUser !== null && suggested.ok ? suggested.checks[0] : undefined
    const why = hopeless?.can_adopt === false ? h`\n${violationsHtml(words, hopeless.adopt_violations)}` : h``
    const picked = await ask<AccountCheck>(dialogue, {
      text: h`${texts.askOsUser(words, known.options.ownOsUser)}${why}`,
      rows: column(
        usable.map(({ can_create, os_user }) =>
          can_create
            ? { label: os_user, value: os_user }
            : button(dialogue, 'questions.existing_account_label', os_user, { os_user: plain(os_user, 32) }),
        ),
      ),
      accept: async (input) => {
        const wish = input.kind === 'choice' ? input.value : input.text?.trim()
        if (wish === undefined) return { ok: false, text: words.html('questions.type_a_name') }
        const answer = await check([wish])
        if (!answer.ok) return { ok: false, text: h`${answer.text}` }
        const [found] = answer.checks
        if (found === undefined) return { ok: false, text: words.html('questions.type_a_name') }
        if (found.can_create || found.can_adopt) return { ok: true, value: found }
        return {
          ok: false,
          text: violationsHtml(words, found.exists ? found.adopt_violations : found.create_violations),
        }
      },
    })
    if (picked.kind !== 'answer') return picked
    const { os_user, can_create } = picked.value
    if (can_create) return { kind: 'answer', value: { os_user, account: 'create' } }
    const adopting = await ask<true>(dialogue, {
      text: texts.offerToAdopt(words, os_user, picked.value.power),
      rows: column([button(dialogue, 'questions.adopt_label', 'adopt', { os_user: plain(os_user, 32) })]),
      accept: async (input) =>
        input.kind === 'choice'
          ? { ok: true, value: true }
          : { ok: false, text: words.html('dialogue.use_a_button') },
    })
    if (adopting.kind === 'cancel') return adopting
    if (adopting.kind === 'answer') return { kind: 'answer', value: { os_user, account: 'adopt' } }
  }
}
