import type { TextKey } from '../../src/texts/catalogue.ts'
import type { Html } from '../../src/texts/chat/html.ts'
import { label } from '../../src/texts/chat/questions.ts'
import type { Words } from '../../src/texts/words.ts'
import { ask, button, type Dialogue, type Outcome } from '../dialogue.ts'
import type { Answers, OnboardingPorts } from '../ports.ts'
import { column, grid } from './choices.ts'
import { askField, type FieldContext, type FieldKey } from './fields.ts'

export interface FieldMenu {
  text: (words: Words, answers: Answers) => Html
  /** The first button: go on with what stands there. */
  done: (answers: Answers) => TextKey
  keys: readonly FieldKey[]
}

/** A list of optional answers with `[go on]` first; each can be opened and set, as often as wanted. */
export async function askMenu(
  dialogue: Dialogue,
  ports: OnboardingPorts,
  menu: FieldMenu,
  context: FieldContext,
): Promise<Outcome<Answers>> {
  const { words } = dialogue
  let answers = context.answers
  for (;;) {
    const picked = await ask<FieldKey | 'done'>(dialogue, {
      text: menu.text(words, answers),
      rows: [
        ...column([button(dialogue, menu.done(answers), 'done')]),
        ...grid(
          menu.keys.map((key) => ({
            ...{ label: words.say('questions.change_label', { field: label(words, key) }), value: key },
          })),
        ),
      ],
      accept: async (input) =>
        input.kind === 'choice'
          ? { ok: true, value: input.value as FieldKey | 'done' }
          : { ok: false, text: words.html('dialogue.use_a_button') },
    })
    if (picked.kind !== 'answer') return picked
    if (picked.value === 'done') return { kind: 'answer', value: answers }
    const changed = await askField(dialogue, ports, picked.value, { ...context, answers })
    if (changed.kind === 'cancel') return changed
    if (changed.kind === 'answer') answers = changed.value
  }
}
