import type { Language } from './languages.ts'
import { de } from './locales/de.ts'
import { en } from './locales/en.ts'

/** Names one text of the catalogue. */
export type TextKey = keyof typeof en

/** Every text of a language, in ICU MessageFormat (unicode-org.github.io/icu, "Formatting Messages"). */
export type Catalogue = Readonly<Record<TextKey, string>>

/** The whole of what Usher can say: a key that a language lacks does not compile. */
export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en, de }
