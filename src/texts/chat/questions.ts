import { type IdentityProof, INHERITED_KEYS, type InheritedKey, ROUTING_KEYS } from '../../domain/person.ts'
import type { Note } from '../../domain/step.ts'
import { fieldLabel } from '../fields.ts'
import { noteText } from '../notes.ts'
import { plain } from '../plain.ts'
import type { Words } from '../words.ts'
import { type Html, join } from './html.ts'

type Value = string | number | boolean | string[]
type Answers = Partial<Record<string, Value | undefined>> & object

export function originHidden(words: Words, name: string): Html {
  return words.html('questions.origin_hidden', { name: plain(name, 64) })
}

export function whoNoted(words: Words, name: string, id: number, proof: IdentityProof): Html {
  const known = words.say(`questions.proof.${proof}`)
  return name === ''
    ? words.html('questions.who_noted_nameless', { id, proof: known })
    : words.html('questions.who_noted', { name: plain(name, 64), id, proof: known })
}

/** `only` is the one account there is in single-user mode. */
export function askOsUser(words: Words, only: string | null): Html {
  return words.html(only === null ? 'questions.os_user' : 'questions.own_os_user')
}

export function offerToAdopt(words: Words, osUser: string, power: readonly Note[]): Html {
  const can =
    power.length === 0
      ? [words.html('questions.adopt_powerless')]
      : power.map((note) => words.html('questions.adopt_power', { power: noteText(words, note) }))
  return join([
    words.html('questions.adopt_head', { os_user: plain(osUser, 32) }),
    ...can,
    words.html('questions.adopt_consent'),
  ])
}

export function accountNoted(words: Words, answer: { os_user: string; account: 'create' | 'adopt' }): Html {
  const { os_user } = answer
  return answer.account === 'create'
    ? words.html('questions.account_noted_new', { os_user })
    : words.html('questions.account_noted_adopted', { os_user })
}

export function askRole(words: Words, lines: readonly string[]): Html {
  return join([
    words.html('questions.role'),
    ...lines.map((role) => words.html('questions.role_line', { role })),
  ])
}

export function askDefault(
  words: Words,
  key: InheritedKey,
  inherited: string | number | null,
  own: Value | undefined,
): Html {
  const values = { inherited: inheritedText(words, inherited) }
  return join([
    words.html(`questions.default.${key}`),
    own === undefined
      ? words.html('questions.inherited', values)
      : words.html('questions.inherited_now', { ...values, own: valueText(words, own) }),
    ...(key === 'workspace_base' ? [words.html('questions.path_hint')] : []),
  ])
}

export function defaultsMenu(
  words: Words,
  answers: Answers,
  inherited: Readonly<Record<string, string | number | null>>,
): Html {
  return join([
    words.html('questions.defaults_head'),
    ...Object.entries(inherited).map(([key, fallback]) => {
      const own = answerOf(answers, key)
      return own === undefined
        ? words.html('questions.field_inherited', {
            ...{ field: label(words, key), value: inheritedText(words, fallback) },
          })
        : fieldSet(words, key, own)
    }),
  ])
}

/** What the first button under the defaults says. */
export function keepKey(answers: Answers): 'questions.go_on_label' | 'questions.keep_all_label' {
  const isSet = INHERITED_KEYS.some((key) => answerOf(answers, key) !== undefined)
  return isSet ? 'questions.go_on_label' : 'questions.keep_all_label'
}

export function routingMenu(words: Words, answers: Answers): Html {
  return join([
    words.html('questions.routing_head'),
    ...ROUTING_KEYS.map((key) => {
      const own = answerOf(answers, key)
      return own === undefined
        ? words.html('questions.field_not_set', { field: label(words, key) })
        : fieldSet(words, key, own)
    }),
  ])
}

/** What the first button under the routing says. */
export function routingDoneKey(answers: Answers): 'questions.go_on_label' | 'questions.skip_label' {
  const isSet = ROUTING_KEYS.some((key) => answerOf(answers, key) !== undefined)
  return isSet ? 'questions.go_on_label' : 'questions.skip_label'
}

/** The name of an answer at the beginning of a line or on a button. */
export function label(words: Words, key: string): string {
  const text = fieldLabel(words, key)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function fieldSet(words: Words, key: string, own: Value): Html {
  return words.html('questions.field_set', { field: label(words, key), value: valueText(words, own) })
}

function answerOf(answers: Answers, key: string): Value | undefined {
  return (answers as Record<string, Value | undefined>)[key]
}

function inheritedText(words: Words, value: string | number | null): string | number {
  return value ?? words.say('questions.nothing')
}

function valueText(words: Words, value: Value): string {
  if (Array.isArray(value)) return plain(value.join(', '), 300)
  if (typeof value === 'boolean') return words.say(value ? 'questions.value_yes' : 'questions.value_no')
  return plain(value, 300)
}
