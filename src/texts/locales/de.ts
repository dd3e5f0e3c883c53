import type { Catalogue } from '../catalogue.ts'
import { languageDe } from './de/language.ts'

/** German. */
export const de: Catalogue = { ...languageDe }
