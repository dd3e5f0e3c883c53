/**
 * What must never reach a terminal, card or log as it is: controls (ESC and C1 included), format characters
 * (bidirectional marks, zero-width characters, soft hyphen, tags), line and paragraph separators, lone surrogates, and
 * all that is drawn as nothing (UAX #44, Default_Ignorable_Code_Point) but the two emoji presentation selectors.
 */
const UNSAFE = /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}|(?![\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}/gu

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * Text from outside as one harmless line: whatever could move a cursor, hide or reorder text is spelled out
 * (`\n`, `\x1b`, `\u202e`). Does not escape for HTML or Markdown: the chat does that on top.
 *
 * @param maxLength cut to this many code points, the cut shown as `…`
 */
export function plain(text: string | number | boolean, maxLength = 2000): string {
  const points = [...String(text)]
  const cut = points.length > maxLength ? `${points.slice(0, maxLength).join('')}…` : points.join('')
  return cut.replace(UNSAFE, (found) => SHORT_ESCAPES[found] ?? escapeOf(found))
}

/** The lines of a longer text from outside (stderr), each harmless; keeps the last `maxLines`, where errors stand. */
export function plainBlock(text: string, maxLines = 12): string[] {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line) => plain(line.trimEnd(), 400))
    .filter((line) => line !== '')
  if (lines.length <= maxLines) return lines
  return [`… ${lines.length - maxLines} lines before`, ...lines.slice(-maxLines)]
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\u{${code.toString(16)}}`
}
