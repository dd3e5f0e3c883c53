import type { Catalogue } from '../catalogue.ts'
import { languageDe } from './de/language.ts'
import { tellingDe } from './de/telling.ts'

/** German. */
export const de: Catalogue = { ...languageDe, ...tellingDe }
