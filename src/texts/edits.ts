import type { AnswersView, EditView, RequestView } from '../protocol/views.ts'
import { fieldLabel } from './fields.ts'
import type { Line } from './line.ts'
import { answerLines, capital, valueText } from './people.ts'
import { plain } from './plain.ts'
import type { Words } from './words.ts'

/** Longer values are cut: two of them stand on a line. */
const MAX_SHOWN = 200

/** What was answered: of an edit what changes and by which rule that is decided, of a test nothing more than its title says. */
export function askedLines(words: Words, request: RequestView): Line[] {
  const { edit } = request
  if (edit !== undefined) return [...changeLines(words, edit), ...ruleLines(words, edit)]
  return request.kind === 'retest' ? [] : answerLines(words, request.answers)
}

/** What changes, one field a line. */
function changeLines(words: Words, { before, after, changed, proof }: EditView): Line[] {
  const value = (entry: Partial<AnswersView>, key: EditView['changed'][number]) => {
    const found = entry[key]
    return plain(found === undefined ? words.say('edit.nothing') : valueText(words, found), MAX_SHOWN)
  }
  const lines = changed.map((key): Line => {
    const values = { before: value(before, key), after: value(after, key) }
    return {
      mark: 'will',
      text: words.say('edit.change', { label: capital(fieldLabel(words, key)), ...values }),
    }
  })
  if (proof === null) return lines
  const proven = words.say('edit.proof', { proof: words.say(`proof.${proof}`) })
  return [...lines, { mark: 'info', text: proven }]
}

/** By which rule it is decided, and why. */
function ruleLines(words: Words, { before, after, policy, identity }: EditView): Line[] {
  const rule = words.say('edit.policy', {
    stricter: before.role === after.role ? 'no' : 'yes',
    before: before.role,
    after: after.role,
    count: policy.count,
    own: policy.self ? 'yes' : 'no',
    step_up: policy.step_up,
  })
  return [
    { mark: 'info', text: rule },
    ...(identity ? [{ mark: 'info', text: words.say('edit.identity') } as const] : []),
  ]
}
