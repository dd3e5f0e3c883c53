import { STEP_ORDER } from '../domain/step.ts'
import { plain } from './plain.ts'
import type { Words } from './words.ts'

/** What people call a step of this kind; a kind of another version of Usher has only its own name. */
export function stepTitle(words: Words, kind: string): string {
  const known = STEP_ORDER.find((one) => one === kind)
  return known === undefined ? plain(kind, 64) : words.say(`step.${known}`)
}
