import type { EditPorts, Wish } from '../../../conversations/edituser.ts'
import type { OnboardingPorts, Scope } from '../../../conversations/ports.ts'
import { changedKeys, ENTRY_KEYS, type RosterEntry, withChanges } from '../../domain/person.ts'
import type { AllWords } from '../../texts/words.ts'
import type { CardKeeper } from '../cards/keeper.ts'
import { notAnswered } from '../not-answered.ts'
import { aboutRequest, newCard } from '../state/cards.ts'
import { updateKey, type WorkerCalls } from '../worker-calls.ts'

export interface EditPortsDeps {
  words: AllWords
  botId: number
  worker: WorkerCalls
  keeper: CardKeeper
  /** The ports of an onboarding's questions. */
  questions: OnboardingPorts
}

/** The ports of `/edituser`, over the worker and the cards. */
export function createEditPorts({ words, botId, worker, keeper, questions }: EditPortsDeps): EditPorts {
  const as = (scope: Scope) => ({ onBehalfOf: scope.telegramId })
  return {
    async person(scope, who) {
      const answer = await worker.call('people.get', { name: who.slice(0, 200) }, as(scope))
      if (!answer.ok) return notAnswered(words[scope.language], answer.error)
      const { telegram_id, name, os_user, role, entry } = answer.person
      const known = { telegram_id, name, os_user, role }
      return { ok: true, entry: { ...withChanges({} as RosterEntry, entry, ENTRY_KEYS), ...known } }
    },
    forPerson: (telegramId) => ({
      ...questions,
      async validate(scope, { key, value }) {
        const changes = { [key]: value }
        const answer = await worker.call(
          'person.check-edit',
          { name: String(telegramId), changes },
          as(scope),
        )
        if (!answer.ok) return notAnswered(words[scope.language], answer.error)
        const own = (field: string) => field === key || field.startsWith(`${key}.`)
        return { ok: true, violations: answer.violations.filter(({ field }) => own(field)) }
      },
    }),
    async draft(scope, wish) {
      const { before, proof } = wish
      const answer = await worker.call(
        'person.edit',
        { name: String(before.telegram_id), changes: changesOf(wish), proof },
        { ...as(scope), key: updateKey(botId, scope.updateId, 'edit') },
      )
      if (!answer.ok) {
        return {
          ...notAnswered(words[scope.language], answer.error),
          violations: answer.error.violations ?? [],
        }
      }
      const requestId = answer.request.id
      const id = `u${scope.updateId}-${scope.telegramId}`
      await keeper.want(newCard(id, scope.telegramId, aboutRequest(requestId)))
      return { ok: true, requestId }
    },
  }
}

/** What changes, as the protocol takes it: null takes a field away. */
function changesOf({ before, after }: Wish) {
  return Object.fromEntries(changedKeys(before, after).map((key) => [key, after[key] ?? null]))
}
