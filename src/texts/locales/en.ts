import { languageEn } from './en/language.ts'
import { tellingEn } from './en/telling.ts'

/** English: the texts that every other language is compared with. */
export const en = { ...languageEn, ...tellingEn } as const
