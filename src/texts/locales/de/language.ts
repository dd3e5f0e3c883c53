import type { languageEn } from '../en/language.ts'

export const languageDe: Record<keyof typeof languageEn, string> = {
  'language.ask': 'In welcher Sprache soll ich mit dir sprechen?',
  'language.name': 'Deutsch',
  'language.set': 'Ab jetzt spreche ich Deutsch mit dir.',
  'language.as_telegram': 'Wie in Telegram',
}
