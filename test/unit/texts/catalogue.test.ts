import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { parse } from '@formatjs/icu-messageformat-parser'
import { expect, test } from 'vitest'
import { hasUnsafeCharacters } from '../../../src/domain/unsafe-text.ts'
import { CATALOGUES, type TextKey } from '../../../src/texts/catalogue.ts'
import { LANGUAGES } from '../../../src/texts/languages.ts'
import { createWords } from '../../../src/texts/words.ts'

const KEYS = Object.keys(CATALOGUES.en) as TextKey[]
/** What somebody might call themself to break a card, a terminal or a log. */
const HOSTILE = `</b><a href="tg://x">&amp; {name} 'quoted' \u202egnp.exe\u2066\u001b[2J\n\r`

test('each language has exactly the same texts', () => {
  for (const language of LANGUAGES) expect(Object.keys(CATALOGUES[language]).sort()).toEqual([...KEYS].sort())
})

test('each text names the same values in every language', () => {
  for (const key of KEYS) {
    for (const language of LANGUAGES) {
      expect([key, language, valuesOf(language, key)]).toEqual([key, language, valuesOf('en', key)])
    }
  }
})

test('each text is said somewhere', async () => {
  const files = globSync(['src/**/*.ts', 'conversations/**/*.ts']).filter(
    (file) => !file.includes('/locales/'),
  )
  const source = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n')
  const prefixes = [...source.matchAll(/`([a-z_]+(?:\.[a-z_]+)*\.)\$\{/g)].map((match) => match[1] ?? '')
  const unused = KEYS.filter(
    (key) => !source.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
  )
  expect(unused).toEqual([])
})

test('a hostile name is harmless in every text of every language', () => {
  for (const language of LANGUAGES) {
    const words = createWords(language)
    for (const key of KEYS) {
      const values = Object.fromEntries(valuesOf(language, key).map((name) => [name, HOSTILE]))
      const html = words.html(key, values).html
      expect([
        key,
        html.includes('<a href="tg://x"'),
        hasUnsafeCharacters(html.replaceAll('\n', '')),
      ]).toEqual([key, false, false])
      expect(balanced(html), `${language} ${key}: ${html}`).toBe(true)
      const said = words.say(key, values).replaceAll('\n', '')
      expect([key, hasUnsafeCharacters(said)]).toEqual([key, false])
    }
  }
})

/** The names in braces, each once, in order of the alphabet. */
function valuesOf(language: keyof typeof CATALOGUES, key: TextKey): string[] {
  const names = new Set<string>()
  const visit = (elements: ReturnType<typeof parse>) => {
    for (const element of elements) {
      // Types 1 to 6 name a value: argument, number, date, time, select, plural.
      if (element.type >= 1 && element.type <= 6 && 'value' in element) names.add(String(element.value))
      if ('options' in element) for (const { value } of Object.values(element.options)) visit(value)
    }
  }
  visit(parse(CATALOGUES[language][key], { ignoreTag: true }))
  return [...names].sort()
}

/** Whether every tag is one of Telegram's and closed in order. */
function balanced(html: string): boolean {
  const open: string[] = []
  for (const [, slash, name] of html.matchAll(/<(\/?)([a-z]+)[^>]*>/g)) {
    if (name === undefined || !['b', 'i', 'u', 's', 'code', 'pre', 'a'].includes(name)) return false
    if (slash === '') open.push(name)
    else if (open.pop() !== name) return false
  }
  return open.length === 0 && !/<(?!\/?[a-z])/.test(html)
}
