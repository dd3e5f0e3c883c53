import type { Answers, OnboardingPorts, Scope } from '../../../conversations/ports.ts'
import type { AnswersInput } from '../../protocol/answers.ts'
import { roleLine } from '../../texts/people.ts'
import type { AllWords } from '../../texts/words.ts'
import type { CardKeeper } from '../cards/keeper.ts'
import { notAnswered } from '../not-answered.ts'
import { aboutRequest, type Cards, newCard } from '../state/cards.ts'
import type { Refusals } from '../state/refusals.ts'
import { updateKey, type WorkerCalls } from '../worker-calls.ts'

export interface OnboardingPortsDeps {
  words: AllWords
  botId: number
  worker: WorkerCalls
  cards: Cards
  keeper: CardKeeper
  refusals: Refusals
}

/** The dialogues' ports over the worker and the cards. */
export function createOnboardingPorts(deps: OnboardingPortsDeps): OnboardingPorts {
  const { words, botId, worker, cards, keeper, refusals } = deps
  const as = (scope: Scope) => ({ onBehalfOf: scope.telegramId })
  return {
    async options(scope) {
      const answer = await worker.call('onboarding.options', {}, as(scope))
      if (!answer.ok) return notAnswered(words[scope.language], answer.error)
      const roles = answer.roles.map((role) => ({
        name: role.name,
        line: roleLine(words[scope.language], role),
      }))
      const ownOsUser = answer.mode === 'single-user' ? answer.own_os_user : null
      return { ok: true, options: { roles, inherited: answer.defaults, ownOsUser } }
    },
    async checkAccounts(scope, { osUsers, telegramId }) {
      const answers = await Promise.all(
        osUsers.map((name) =>
          worker.call(
            'host.check-account',
            { os_user: name.slice(0, 200), telegram_id: telegramId },
            as(scope),
          ),
        ),
      )
      const checks = []
      for (const answer of answers) {
        if (!answer.ok) return notAnswered(words[scope.language], answer.error)
        const { uid: _, ...check } = answer.check
        checks.push(check)
      }
      return { ok: true, checks }
    },
    async validate(scope, { key, value, answers }) {
      // Without a role no draft can come of it; the worker reports all violations at once, and one field's are looked at.
      const input = { ...inputOf(answers), [key]: value, role: null }
      const answer = await worker.call(
        'request.draft',
        { answers: input },
        { ...as(scope), key: updateKey(botId, scope.updateId, `validate-${key}`) },
      )
      if (answer.ok) return { ok: true, violations: [] }
      if (answer.error.code !== 'invalid') return notAnswered(words[scope.language], answer.error)
      const own = (field: string) => field === key || field.startsWith(`${key}.`)
      return { ok: true, violations: (answer.error.violations ?? []).filter(({ field }) => own(field)) }
    },
    hasStarted: async (_, telegramId) => refusals.has(telegramId),
    async draft(scope, answers, replaces) {
      const answer = await worker.call(
        'request.draft',
        { answers: inputOf(answers), ...(replaces === null ? {} : { replaces: replaces.requestId }) },
        { ...as(scope), key: updateKey(botId, scope.updateId, 'draft') },
      )
      if (!answer.ok)
        return {
          ...notAnswered(words[scope.language], answer.error),
          violations: answer.error.violations ?? [],
        }
      const requestId = answer.request.id
      const card = replaces === null ? undefined : cards.get(replaces.cardId)
      if (card === undefined) {
        await keeper.want(
          newCard(`u${scope.updateId}-${scope.telegramId}`, scope.telegramId, aboutRequest(requestId)),
        )
      } else {
        await cards.change(card.id, { subject: aboutRequest(requestId), settled: false })
        void keeper.refresh(card.id)
      }
      return { ok: true, requestId }
    },
  }
}

/** Answers as the protocol takes them; what was not answered is null where the protocol wants something. */
export function inputOf(answers: Answers): AnswersInput {
  const { telegram_id, name, os_user, role, account, proof, ...others } = answers
  return {
    ...others,
    telegram_id: telegram_id ?? null,
    name: name ?? null,
    os_user: os_user ?? null,
    role: role ?? null,
    account: account ?? 'create',
    proof: proof ?? 'typed',
  }
}
