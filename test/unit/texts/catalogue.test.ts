import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { parse } from '@formatjs/icu-messageformat-parser'
import { expect, test } from 'vitest'
import { BY_HAND_CODES } from '../../../src/domain/by-hand.ts'
import { DIFFERENCE_CODES, RETURN_KINDS } from '../../../src/domain/difference.ts'
import { EVENT_TYPES } from '../../../src/domain/event.ts'
import { FINDING_CODES } from '../../../src/domain/finding.ts'
import { REQUEST_TRANSITIONS } from '../../../src/domain/request.ts'
import { RUN_CHOICES, RUN_STATES, STUCK_CODES } from '../../../src/domain/run.ts'
import { FAILURE_CODES, NOTE_CODES, STEP_ORDER } from '../../../src/domain/step.ts'
import { hasUnsafeCharacters } from '../../../src/domain/unsafe-text.ts'
import { VIOLATION_CODES } from '../../../src/domain/violation.ts'
import { ERROR_CODES } from '../../../src/protocol/errors.ts'
import { REFUSALS } from '../../../src/protocol/refusals.ts'
import { AUDIT_FINDINGS } from '../../../src/protocol/views.ts'
import { CATALOGUES, type TextKey } from '../../../src/texts/catalogue.ts'
import { FIELDS } from '../../../src/texts/fields.ts'
import { LANGUAGES, type Language } from '../../../src/texts/languages.ts'
import { createWords } from '../../../src/texts/words.ts'

/** Computed keys begin with one of these; what follows is one of the list. A new list of codes belongs here. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  'audit.': EVENT_TYPES,
  'audit_finding.': AUDIT_FINDINGS,
  'choice.': RUN_CHOICES,
  'difference.': [...DIFFERENCE_CODES, 'path_kind_changed'],
  'error.': Object.keys(ERROR_CODES),
  'failure.': FAILURE_CODES,
  'field.': FIELDS,
  'finding.': FINDING_CODES,
  'left.': BY_HAND_CODES,
  'note.': NOTE_CODES,
  'refusal.': REFUSALS,
  'request_state.': Object.keys(REQUEST_TRANSITIONS),
  'returned.': RETURN_KINDS,
  'run_state.': RUN_STATES,
  'step.': STEP_ORDER,
  'stuck.': STUCK_CODES,
  'to_do.': BY_HAND_CODES,
  'violation.': VIOLATION_CODES,
}

/** What people may write in a path, shown as it is written. */
const PLACEHOLDERS = /\{(?:home|os_user|telegram_id)\}/g

/** What is the same in both languages. */
const SAME: readonly string[] = [
  ...['access.card_seen_as', 'access.field.github', 'access.field.name', 'access.show.github'],
  ...['actor.uid', 'drift_card.confirm', 'questions.person_label', 'request.plan', 'run.step', 'time.utc'],
  ...['duration.d_h', 'duration.h_min', 'duration.min_s', 'duration.ms', 'duration.s'],
  ...['size.gib', 'size.kib', 'size.mib', 'size.tib'],
]

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

test('each text is said somewhere, and the computed ones are exactly those of their list', async () => {
  const files = globSync(['src/**/*.ts', 'conversations/**/*.ts']).filter(
    (file) => !file.includes('/locales/'),
  )
  const source = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n')
  const computed = [...source.matchAll(/\.(?:say|html|coded)\(\s*`([a-z_.]+)\$\{[^`]*\}`/g)]
  const prefixes = new Set(computed.map((match) => match[1] ?? ''))
  const isSaid = (key: string) => source.includes(`'${key}'`)
  // What stands behind a prefix that has no list here is a value of some union: it is written down somewhere, too.
  const isComputed = (key: string) =>
    [...prefixes].some((prefix) => {
      if (!key.startsWith(prefix)) return false
      const rest = key.slice(prefix.length)
      return prefix in LISTS || source.includes(`'${rest}'`) || new RegExp(`\\b${rest}:`).test(source)
    })
  expect(KEYS.filter((key) => !isSaid(key) && !isComputed(key))).toEqual([])
  for (const [prefix, list] of Object.entries(LISTS)) {
    expect([...prefixes]).toContain(prefix)
    const own = KEYS.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
    expect([prefix, own.sort()]).toEqual([prefix, [...list].sort()])
  }
})

test('a text is never German that was forgotten to be translated', () => {
  const same = KEYS.filter((key) => CATALOGUES.de[key] === CATALOGUES.en[key])
  const wordless = (text: string) => !/\p{L}{2}/u.test(text.replace(/<[^>]*>|\{\w+\}/g, ''))
  expect(same.filter((key) => !wordless(CATALOGUES.en[key])).sort()).toEqual([...SAME].sort())
})

test('a hostile name is harmless in every text of every language, whichever way it is said', () => {
  for (const language of LANGUAGES) {
    const words = createWords(language)
    for (const key of KEYS) {
      for (const values of choices(language, key)) {
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
  }
})

test('no text has two spaces in a row, a space at an end, or braces left over, whichever way it is said', () => {
  for (const language of LANGUAGES) {
    const words = createWords(language)
    for (const key of KEYS) {
      for (const values of choices(language, key, 'X')) {
        expect([key, words.say(key, values).replace(PLACEHOLDERS, 'X')]).toEqual([
          key,
          expect.not.stringMatching(/ {2}|^ | $|[ ][,.;:)]|[{}]/u),
        ])
      }
    }
  }
})

/** Values for a text, once for each branch of its selects; what is not chosen by is `value`. */
function choices(language: Language, key: TextKey, value = HOSTILE): Record<string, string | number>[] {
  const names = valuesOf(language, key)
  const branches = new Map<string, (string | number)[]>()
  const visit = (elements: ReturnType<typeof parse>) => {
    for (const element of elements) {
      if (!('options' in element)) continue
      const options = Object.keys(element.options)
      const isPlural = 'offset' in element
      branches.set(element.value, [
        ...(branches.get(element.value) ?? []),
        ...(isPlural ? [0, 1, 2, 1000] : options.map((one) => (one === 'other' ? value : one))),
      ])
      for (const option of Object.values(element.options)) visit(option.value)
    }
  }
  visit(parse(CATALOGUES[language][key], { ignoreTag: true }))
  const rounds = Math.max(1, ...[...branches.values()].map((all) => all.length)) * (branches.size > 1 ? 2 : 1)
  return Array.from({ length: rounds }, (_, round) =>
    Object.fromEntries(
      names.map((name, place) => {
        const all = branches.get(name) ?? [value]
        // In the second half the branches of several selects meet in another order.
        const shift = round * 2 >= rounds && branches.size > 1 ? place : 0
        return [name, all[(round + shift) % all.length] ?? value]
      }),
    ),
  )
}

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
