import type { InheritedKey } from '../../src/domain/person.ts'
import * as texts from '../../src/texts/chat/questions.ts'
import type { Dialogue, Outcome } from '../dialogue.ts'
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

type FieldQuestion = (context: FieldContext) => TextQuestion<AnswerValue>

const text = (value: string): string | null => (value === '' ? null : value)
const number = (value: string): number | null =>
  value !== '' && Number.isFinite(Number(value)) ? Number(value) : null
const list = (value: string): string[] | null => {
  const entries = value.split(/[\s,]+/).filter((entry) => entry !== '')
  return entries.length === 0 ? null : entries
}

const inherited =
  (key: InheritedKey, read: (value: string) => AnswerValue | null, slash = false): FieldQuestion =>
  ({ answers, options }) => ({
    key,
    text: texts.askDefault(key, options.inherited[key], answers[key]),
    buttons: [{ label: texts.INHERIT_LABEL, value: 'inherit', means: ABSENT }],
    read,
    slash,
  })

const yesNo =
  (key: 'pr_review' | 'issue_triage'): FieldQuestion =>
  () => ({
    key,
    text: texts.askYesNo(key),
    buttons: [
      { label: texts.YES_LABEL, value: 'yes', means: true },
      { label: texts.NO_LABEL, value: 'no', means: false },
      { label: texts.INHERIT_LABEL, value: 'inherit', means: ABSENT },
    ],
    read: () => null,
  })

/** Every answer that is a text, a number, a list or a yes or no: one table. */
const FIELDS = {
  name: ({ suggestedName }) => ({
    key: 'name',
    text: texts.askName,
    buttons:
      suggestedName === ''
        ? []
        : [{ label: shortLabel(texts.nameLabel(suggestedName)), value: '=name', means: suggestedName }],
    read: text,
  }),
  github: () => ({
    key: 'github',
    text: texts.askGithub,
    buttons: [{ label: texts.SKIP_LABEL, value: 'skip', means: ABSENT }],
    read: (value) => text(value.replace(/^@/, '')),
  }),
  workspace_base: inherited('workspace_base', text, true),
  model: inherited('model', text),
  agent_backend: inherited('agent_backend', text),
  max_budget: inherited('max_budget', number),
  github_repos: () => ({
    key: 'github_repos',
    text: texts.askRepos,
    buttons: [{ label: texts.NONE_LABEL, value: 'none', means: ABSENT }],
    read: list,
  }),
  github_notify_chat_id: () => ({
    key: 'github_notify_chat_id',
    text: texts.askNotifyChat,
    buttons: [{ label: texts.NONE_LABEL, value: 'none', means: ABSENT }],
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
  const question: TextQuestion<AnswerValue> = (FIELDS[key] as FieldQuestion)(context)
  const outcome = await askText(dialogue, ports, context.answers, question)
  if (outcome.kind !== 'answer') return outcome
  const { [key]: _, ...others } = context.answers
  return {
    kind: 'answer',
    value: outcome.value === ABSENT ? others : ({ ...others, [key]: outcome.value } as Answers),
  }
}
