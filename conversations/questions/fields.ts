import type { InheritedKey } from '../../src/domain/person.ts'
import * as texts from '../../src/texts/chat/questions.ts'
import { plain } from '../../src/texts/plain.ts'
import { button, type Dialogue, type Outcome } from '../dialogue.ts'
import type { AnswerKey, Answers, AnswerValue, OnboardingOptions, OnboardingPorts } from '../ports.ts'
import { shortLabel } from './choices.ts'
import { ABSENT, askText, type TextQuestion } from './text-answer.ts'

/** Everything that a field's question may look at. */
export interface FieldContext {
  answers: Answers
  options: OnboardingOptions
  /** The name as Telegram has it. */
  suggestedName: string
}

type FieldQuestion = (dialogue: Dialogue, context: FieldContext) => TextQuestion<AnswerValue>

const text = (value: string): string | null => (value === '' ? null : value)
const number = (value: string): number | null =>
  value !== '' && Number.isFinite(Number(value)) ? Number(value) : null
const list = (value: string): string[] | null => {
  const entries = value.split(/[\s,]+/).filter((entry) => entry !== '')
  return entries.length === 0 ? null : entries
}

const inherited =
  (key: InheritedKey, read: (value: string) => AnswerValue | null, slash = false): FieldQuestion =>
  (dialogue, { answers, options }) => ({
    key,
    text: texts.askDefault(dialogue.words, key, options.inherited[key], answers[key]),
    buttons: [{ ...button(dialogue, 'questions.inherit_label', 'inherit'), means: ABSENT }],
    read,
    slash,
  })

const yesNo =
  (key: 'pr_review' | 'issue_triage'): FieldQuestion =>
  (dialogue) => ({
    key,
    text: dialogue.words.html(`questions.${key}`),
    buttons: [
      { ...button(dialogue, 'questions.yes_label', 'yes'), means: true },
      { ...button(dialogue, 'questions.no_label', 'no'), means: false },
      { ...button(dialogue, 'questions.inherit_label', 'inherit'), means: ABSENT },
    ],
    read: () => null,
    onlyButtons: true,
  })

/** Every answer that is a text, a number, a list or a yes or no: one table. */
const FIELDS = {
  name: ({ words }, { suggestedName }) => ({
    key: 'name',
    text: words.html('questions.name'),
    buttons:
      suggestedName === ''
        ? []
        : [{ label: shortLabel(plain(suggestedName, 64)), value: '=name', means: suggestedName }],
    read: text,
  }),
  github: (dialogue) => ({
    key: 'github',
    text: dialogue.words.html('questions.github'),
    buttons: [{ ...button(dialogue, 'questions.skip_label', 'skip'), means: ABSENT }],
    read: (value) => text(value.replace(/^@/, '')),
  }),
  workspace_base: inherited('workspace_base', text, true),
  model: inherited('model', text),
  agent_backend: inherited('agent_backend', text),
  max_budget: inherited('max_budget', number),
  github_repos: (dialogue) => ({
    key: 'github_repos',
    text: dialogue.words.html('questions.github_repos'),
    buttons: [{ ...button(dialogue, 'questions.none_label', 'none'), means: ABSENT }],
    read: list,
  }),
  github_notify_chat_id: (dialogue) => ({
    key: 'github_notify_chat_id',
    text: dialogue.words.html('questions.github_notify_chat_id'),
    buttons: [{ ...button(dialogue, 'questions.none_label', 'none'), means: ABSENT }],
    read: number,
  }),
  pr_review: yesNo('pr_review'),
  issue_triage: yesNo('issue_triage'),
} as const satisfies Partial<Record<AnswerKey, FieldQuestion>>

export type FieldKey = keyof typeof FIELDS

/** Whether there is a question for this answer in the table. */
export function isFieldKey(key: string): key is FieldKey {
  return Object.hasOwn(FIELDS, key)
}

/** Asks for one field; the answers with it, or without it when it shall be inherited. */
export async function askField(
  dialogue: Dialogue,
  ports: OnboardingPorts,
  key: FieldKey,
  context: FieldContext,
): Promise<Outcome<Answers>> {
  const question: TextQuestion<AnswerValue> = (FIELDS[key] as FieldQuestion)(dialogue, context)
  const outcome = await askText(dialogue, ports, context.answers, question)
  if (outcome.kind !== 'answer') return outcome
  const { [key]: _, ...others } = context.answers
  return {
    kind: 'answer',
    value: outcome.value === ABSENT ? others : ({ ...others, [key]: outcome.value } as Answers),
  }
}
