import type { Catalogue } from '../catalogue.ts'
import { commandsDe } from './de/commands.ts'
import { denyDe } from './de/deny.ts'
import { dialogueDe } from './de/dialogue.ts'
import { languageDe } from './de/language.ts'
import { questionsDe } from './de/questions.ts'
import { tapsDe } from './de/taps.ts'

/** German. */
export const de: Catalogue = {
  ...commandsDe,
  ...denyDe,
  ...dialogueDe,
  ...languageDe,
  ...questionsDe,
  ...tapsDe,
}
