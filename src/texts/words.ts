import { IntlMessageFormat } from 'intl-messageformat'
import { CATALOGUES, type TextKey } from './catalogue.ts'
import { escapeHtml, type Html } from './chat/html.ts'
import { LANGUAGES, type Language } from './languages.ts'
import { plain } from './plain.ts'

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
}

/** All languages' words. */
export type AllWords = Readonly<Record<Language, Words>>

/** Longer values are cut in a chat message. */
const MAX_IN_CHAT = 1000

/**
 * The words of one language. A text is parsed when it is first said; one that is malformed, or that misses a value, is a bug and
 * throws.
 */
export function createWords(language: Language): Words {
  const parsed = new Map<TextKey, IntlMessageFormat>()
  const format = (key: TextKey, values: Record<string, string | number>): string => {
    let message = parsed.get(key)
    if (message === undefined) {
      // Tags are Telegram's, not the library's.
      message = new IntlMessageFormat(CATALOGUES[language][key], language, undefined, { ignoreTag: true })
      parsed.set(key, message)
    }
    return String(message.format(values))
  }
  return {
    language,
    say: (key, values = {}) =>
      format(
        key,
        mapped(values, (value) => (typeof value === 'number' ? value : plain(value))),
      ),
    html: (key, values = {}) => ({
      html: format(
        key,
        mapped(values, (value) => {
          if (typeof value === 'number') return value
          return typeof value === 'object' ? value.html : escapeHtml(plain(value, MAX_IN_CHAT))
        }),
      ),
    }),
  }
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
