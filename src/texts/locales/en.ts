import { languageEn } from './en/language.ts'

/** English: the texts that every other language is compared with. */
export const en = { ...languageEn } as const
