import type { Catalogue } from '../catalogue.ts'
import { commandsDe } from './de/commands.ts'
import { dialogueDe } from './de/dialogue.ts'
import { errorsDe } from './de/errors.ts'
import { fieldsDe } from './de/fields.ts'
import { languageDe } from './de/language.ts'
import { peopleDe } from './de/people.ts'
import { questionsDe } from './de/questions.ts'
import { smallDe } from './de/small.ts'
import { tapsDe } from './de/taps.ts'
import { violationsDe } from './de/violations.ts'

/** German. */
export const de: Catalogue = {
  ...commandsDe,
  ...dialogueDe,
  ...errorsDe,
  ...fieldsDe,
  ...languageDe,
  ...peopleDe,
  ...questionsDe,
  ...smallDe,
  ...tapsDe,
  ...violationsDe,
}
