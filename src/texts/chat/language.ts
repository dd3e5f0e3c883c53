import type { Language } from '../languages.ts'
import type { AllWords, Words } from '../words.ts'
import type { Html } from './html.ts'

/** Asks which language to speak. */
export function askLanguage(words: Words): Html {
  return words.html('language.ask')
}

/** A language by its own name, or going by what Telegram says (null). */
export function languageLabel(all: AllWords, words: Words, language: Language | null): string {
  return language === null ? words.say('language.as_telegram') : all[language].say('language.name')
}

/** Said in the language that was chosen. */
export function languageSet(words: Words): Html {
  return words.html('language.set')
}
