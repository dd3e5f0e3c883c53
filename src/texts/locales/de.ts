import type { Catalogue } from '../catalogue.ts'
import { errorsDe } from './de/errors.ts'
import { fieldsDe } from './de/fields.ts'
import { languageDe } from './de/language.ts'
import { peopleDe } from './de/people.ts'
import { smallDe } from './de/small.ts'
import { violationsDe } from './de/violations.ts'

/** German. */
export const de: Catalogue = {
  ...errorsDe,
  ...fieldsDe,
  ...languageDe,
  ...peopleDe,
  ...smallDe,
  ...violationsDe,
}
