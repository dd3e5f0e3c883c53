import type { Catalogue } from '../catalogue.ts'
import { commandsDe } from './de/commands.ts'
import { dialogueDe } from './de/dialogue.ts'
import { languageDe } from './de/language.ts'
import { questionsDe } from './de/questions.ts'
import { tapsDe } from './de/taps.ts'
import { witnessDe } from './de/witness.ts'

/** German. */
export const de: Catalogue = {
  ...commandsDe,
  ...dialogueDe,
  ...languageDe,
  ...questionsDe,
  ...tapsDe,
  ...witnessDe,
}
