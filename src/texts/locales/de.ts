import type { Catalogue } from '../catalogue.ts'
import { approverDe } from './de/approver.ts'
import { commandsDe } from './de/commands.ts'
import { denyDe } from './de/deny.ts'
import { dialogueDe } from './de/dialogue.ts'
import { languageDe } from './de/language.ts'
import { questionsDe } from './de/questions.ts'
import { tapsDe } from './de/taps.ts'
import { witnessDe } from './de/witness.ts'

/** German. */
export const de: Catalogue = {
  ...approverDe,
  ...commandsDe,
  ...denyDe,
  ...dialogueDe,
  ...languageDe,
  ...questionsDe,
  ...tapsDe,
  ...witnessDe,
}
