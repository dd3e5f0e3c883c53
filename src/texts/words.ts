import { IntlMessageFormat } from 'intl-messageformat'
import { CATALOGUES, type TextKey } from './catalogue.ts'
import { escapeHtml, type Html } from './chat/html.ts'
import { LANGUAGES, type Language } from './languages.ts'
import { plain } from './plain.ts'

/** Values that came with a code (of a violation, note, error…), raw. */
export type Params = Readonly<Record<string, string | number>>
/** What stands for the names in braces. Text is made harmless on its way in; numbers choose plurals and are never grouped. */
export type Values = Readonly<Record<string, string | number>>
/** As `Values`; what is `Html` already goes in as it is. */
export type HtmlValues = Readonly<Record<string, string | number | Html>>

/** One language's texts. The first parameter of whatever makes text for people. */
export interface Words {
  readonly language: Language
  /** A text without markup, for terminals, buttons and lines; every value is one harmless line. */
  say(key: TextKey, values?: Values): string
  /** A text whose own markup is Telegram's HTML; every value is escaped for it. */
  html(key: TextKey, values?: HtmlValues): Html
  /**
   * What a code means, without markup, with whatever values came with it: one that did not come is `?`. The text asks whether NAME
   * came by `{has_NAME, select, yes {…} other {…}}`; what it counts comes only as a number.
   *
   * @param values what was put into words before, instead of the raw value or beside it
   */
  coded(key: TextKey, params: Params | undefined, values?: Values): string
}

/** All languages' words. */
export type AllWords = Readonly<Record<Language, Words>>

/** Longer values are cut in a chat message. */
const MAX_IN_CHAT = 1000
/** Longer values of a code are cut. */
const MAX_OF_CODE = 500

/**
 * The words of one language. A text is parsed when it is first said; one that is malformed, or that misses a value, is a bug and
 * throws.
 */
export function createWords(language: Language): Words {
  const parsed = new Map<TextKey, IntlMessageFormat>()
  const messageOf = (key: TextKey): IntlMessageFormat => {
    let message = parsed.get(key)
    if (message === undefined) {
      // Tags are Telegram's, not the library's.
      message = new IntlMessageFormat(CATALOGUES[language][key], language, undefined, { ignoreTag: true })
      parsed.set(key, message)
    }
    return message
  }
  const format = (key: TextKey, values: Record<string, string | number>): string =>
    String(messageOf(key).format(values))
  const say = (key: TextKey, values: Values = {}): string =>
    format(
      key,
      mapped(values, (value) => (typeof value === 'number' ? value : plain(value))),
    )
  return {
    language,
    say,
    html: (key, values = {}) => ({
      html: format(
        key,
        mapped(values, (value) => {
          if (typeof value === 'number') return value
          return typeof value === 'object' ? value.html : escapeHtml(plain(value, MAX_IN_CHAT))
        }),
      ),
    }),
    coded: (key, params = {}, values = {}) =>
      say(key, codedValues(namesIn(messageOf(key).getAst()), { ...params, ...values })),
  }
}

/** Values of which some are not there (null), for a text that asks by `{has_NAME, select, yes {…} other {…}}`. */
export function optional(values: Readonly<Record<string, string | number | null>>): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => [
      [name, value ?? ''],
      [`${HAS}${name}`, value === null ? 'no' : 'yes'],
    ]),
  )
}

/** The words of every language. */
export function createAllWords(): AllWords {
  return Object.fromEntries(LANGUAGES.map((language) => [language, createWords(language)])) as AllWords
}

function mapped<V>(
  values: Readonly<Record<string, V>>,
  change: (value: V) => string | number,
): Record<string, string | number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]))
}

type Ast = ReturnType<IntlMessageFormat['getAst']>

/** The names that a text uses, each with whether it only counts. */
function namesIn(ast: Ast, names = new Map<string, 'text' | 'number'>()): Map<string, 'text' | 'number'> {
  for (const element of ast) {
    if ('options' in element) {
      names.set(element.value, 'offset' in element ? 'number' : (names.get(element.value) ?? 'text'))
      for (const { value } of Object.values(element.options)) namesIn(value, names)
    } else if ('value' in element && element.type !== LITERAL) {
      names.set(element.value, names.get(element.value) ?? 'text')
    }
  }
  return names
}

/** The type of what is said word by word, in the syntax tree of the library. */
const LITERAL = 0
const HAS = 'has_'

function codedValues(names: Map<string, 'text' | 'number'>, given: Params): Values {
  const came = (name: string): string | number | null => {
    const value = Object.hasOwn(given, name) ? (given[name] ?? null) : null
    if (value === null || names.get(name) !== 'number') return value
    return Number.isFinite(Number(value)) ? Number(value) : null
  }
  return Object.fromEntries(
    [...names.keys()].map((name) => {
      if (name.startsWith(HAS)) return [name, came(name.slice(HAS.length)) === null ? 'no' : 'yes']
      const value = came(name)
      if (typeof value === 'string') return [name, plain(value, MAX_OF_CODE)]
      return [name, value ?? (names.get(name) === 'number' ? 0 : '?')]
    }),
  )
}
