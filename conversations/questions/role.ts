import * as texts from '../../src/texts/chat/questions.ts'
import { ask, type Dialogue, type Outcome } from '../dialogue.ts'
import type { OnboardingOptions } from '../ports.ts'
import { grid } from './choices.ts'

/** Question 3: the role, with one line on what each may do. */
export async function askRole(
  dialogue: Dialogue,
  options: Pick<OnboardingOptions, 'roles'>,
): Promise<Outcome<string>> {
  const { words } = dialogue
  return ask<string>(dialogue, {
    text: texts.askRole(
      words,
      options.roles.map((role) => role.line),
    ),
    rows: grid(options.roles.map(({ name }) => ({ label: name, value: name }))),
    accept: async (input) =>
      input.kind === 'choice'
        ? { ok: true, value: input.value }
        : { ok: false, text: words.html('dialogue.use_a_button') },
  })
}
