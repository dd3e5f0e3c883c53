import { type Html, h } from '../../src/texts/chat/html.ts'
import { violationsHtml } from '../../src/texts/chat/violations.ts'
import { ask, type Choice, type Dialogue, type Outcome, scopeOf } from '../dialogue.ts'
import type { AnswerKey, Answers, AnswerValue, OnboardingPorts } from '../ports.ts'

/** Chosen instead of a value: the answer stays absent. */
export const ABSENT = Symbol('absent')

export interface TextQuestion<V extends AnswerValue> {
  key: AnswerKey
  text: Html
  /** Buttons that stand for a value, or for none. */
  buttons: (Choice & { means: V | typeof ABSENT })[]
  /** What the typed text says; null when it cannot be such a value, and the worker is then asked about the text itself. */
  read: (text: string) => V | null
  slash?: boolean
  /** Nothing that is typed is such a value. */
  onlyButtons?: boolean
}

/** A question that is answered with a text or a button; the worker says at once whether the answer will do. */
export async function askText<V extends AnswerValue>(
  dialogue: Dialogue,
  ports: OnboardingPorts,
  answers: Answers,
  question: TextQuestion<V>,
): Promise<Outcome<V | typeof ABSENT>> {
  const { words } = dialogue
  return ask<V | typeof ABSENT>(dialogue, {
    text: question.text,
    rows: question.buttons.map(({ means: _, ...choice }) => [choice]),
    slash: question.slash ?? false,
    accept: async (input) => {
      let value: V | null
      if (input.kind === 'choice') {
        const means = question.buttons.find((button) => button.value === input.value)?.means ?? ABSENT
        if (means === ABSENT) return { ok: true, value: ABSENT }
        value = means
      } else {
        if (input.text === null) return { ok: false, text: words.html('dialogue.type_an_answer') }
        value = question.read(input.text.trim())
      }
      const scope = scopeOf(dialogue)
      const candidate = value ?? (input.kind === 'message' ? (input.text ?? '').trim() : '')
      const checked = await dialogue.talk.external(() =>
        ports.validate(scope, { key: question.key, value: candidate, answers }),
      )
      if (value === null && question.onlyButtons === true) {
        return { ok: false, text: words.html('dialogue.use_a_button') }
      }
      if (!checked.ok) return { ok: false, text: h`${checked.text}` }
      if (checked.violations.length > 0) return { ok: false, text: violationsHtml(words, checked.violations) }
      if (value === null) return { ok: false, text: words.html('dialogue.type_an_answer') }
      return { ok: true, value }
    },
  })
}
