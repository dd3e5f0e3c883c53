import { replaceUnsafeCharacters } from '../domain/unsafe-text.ts'

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
  return replaceUnsafeCharacters(cut, (found) => SHORT_ESCAPES[found] ?? escapeOf(found))
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\u{${code.toString(16)}}`
}
