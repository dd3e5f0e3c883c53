import type { Words } from '../words.ts'
import type { Html } from './html.ts'

/** Bot API: `text` has 1-4096 characters after entities parsing. HTML mark-up only makes it longer, so this is safe. */
export const MAX_MESSAGE_LENGTH = 4096

/** What fits into one message, and the whole as plain text when something was left out. */
export interface Fitted {
  html: string
  /** The complete text for a document; null when all of it fits. */
  rest: string | null
}

/**
 * Head and tail always stay; of the lines between them, as many of the first as fit. A left-out part is announced in place.
 * Lines never break in the middle, so mark-up that is closed within its line stays closed.
 */
export function fitMessage(
  words: Words,
  head: Html,
  lines: readonly Html[],
  tail: Html,
  limit = MAX_MESSAGE_LENGTH,
): Fitted {
  const whole = [head.html, ...lines.map((line) => line.html), tail.html].filter((part) => part !== '')
  const all = whole.join('\n')
  if (all.length <= limit) return { html: all, rest: null }
  const kept: string[] = []
  const notice = (count: number) => words.html('card.rest_in_file', { count }).html
  let room = limit - head.html.length - tail.html.length - notice(lines.length).length - 3
  for (const line of lines) {
    room -= line.html.length + 1
    if (room < 0) break
    kept.push(line.html)
  }
  const parts = [head.html, ...kept, notice(lines.length - kept.length), tail.html]
  return { html: parts.filter((part) => part !== '').join('\n'), rest: textOf(all) }
}

/** Splits lines over as few messages as possible; a line that is too long for one is cut. */
export function splitMessages(lines: readonly Html[], limit = MAX_MESSAGE_LENGTH): string[] {
  const messages: string[] = []
  let current = ''
  for (const { html } of lines) {
    const line = html.length > limit ? `${escapeCut(textOf(html), limit)}` : html
    const longer = current === '' ? line : `${current}\n${line}`
    if (longer.length > limit) {
      messages.push(current)
      current = line
    } else {
      current = longer
    }
  }
  if (current !== '') messages.push(current)
  return messages
}

/** HTML of our own making, as plain text: tags off, entities back. */
export function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}

function escapeCut(text: string, limit: number): string {
  // An escaped character is at most 6 long (`&quot;`); cutting the text before escaping keeps entities whole.
  const cut = text.slice(0, Math.floor(limit / 6) - 1).toWellFormed()
  return `${cut.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}…`
}
