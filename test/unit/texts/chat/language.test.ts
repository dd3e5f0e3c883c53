import { expect, test } from 'vitest'
import { askLanguage, languageLabel, languageSet } from '../../../../src/texts/chat/language.ts'
import { languageOf } from '../../../../src/texts/languages.ts'
import { createAllWords } from '../../../../src/texts/words.ts'

const all = createAllWords()

test('a language is offered by its own name and confirmed in itself', () => {
  expect(askLanguage(all.de).html).toBe('In welcher Sprache soll ich mit dir sprechen?')
  expect(languageLabel(all, all.en, 'de')).toBe('Deutsch')
  expect(languageLabel(all, all.de, null)).toBe('Wie in Telegram')
  expect(languageSet(all.de).html).toBe('Ab jetzt spreche ich Deutsch mit dir.')
})

test('a tag as Telegram sends it chooses the language, and any other one English', () => {
  expect(['de', 'de-AT', 'DE', 'en-GB', 'pt-br', '', undefined].map(languageOf)).toEqual([
    ...['de', 'de', 'de', 'en', 'en', 'en', 'en'],
  ])
})
