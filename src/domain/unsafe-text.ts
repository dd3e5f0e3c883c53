/**
 * What must never reach a terminal, card, log, GECOS field or file as it is: controls (ESC and C1 included), format characters
 * (bidirectional marks, zero-width characters, soft hyphen, tags), line and paragraph separators, lone surrogates, and
 * all that is drawn as nothing (UAX #44, Default_Ignorable_Code_Point) but the two emoji presentation selectors.
 */
const UNSAFE = String.raw`\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}|(?![\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}`

const ANY = new RegExp(UNSAFE, 'u')
const EACH = new RegExp(UNSAFE, 'gu')

/** Whether `text` has a character that must not be shown or written as it is, or is not well-formed. */
export function hasUnsafeCharacters(text: string): boolean {
  return ANY.test(text)
}

/** `text` with each such character (one code point) replaced; line feeds and tabs are among them. */
export function replaceUnsafeCharacters(text: string, replacement: (character: string) => string): string {
  return text.replace(EACH, replacement)
}

/** One code point as JSON and YAML write it: an escape for each of its UTF-16 units. */
export function unicodeEscape(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`
  }).join('')
}
