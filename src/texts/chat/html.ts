import type { Line } from '../line.ts'
import { plain } from '../plain.ts'

/** Text in Telegram's HTML style, every value in it escaped. Only `h`, `join` and `linesHtml` make one. */
export interface Html {
  readonly html: string
}

/** The five characters that mean something to Telegram's HTML parser (Bot API, "HTML style"). */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/**
 * A template whose literal parts are HTML and whose values are text: made harmless by `plain()`, then escaped. A value
 * that is `Html` already goes in as it is. Longer values than 1,000 characters are cut.
 */
export function h(parts: TemplateStringsArray, ...values: (string | number | Html)[]): Html {
  return {
    html: parts.reduce((all, part, index) => {
      const value = values[index]
      if (value === undefined) return all + part
      return all + part + (typeof value === 'object' ? value.html : escapeHtml(plain(value, 1000)))
    }, ''),
  }
}

export const EMPTY: Html = { html: '' }

/** The parts with `separator` between them; empty ones are left out. */
export function join(parts: readonly Html[], separator = '\n'): Html {
  return {
    html: parts
      .map((part) => part.html)
      .filter((part) => part !== '')
      .join(separator),
  }
}

const MARKS: Record<Line['mark'], string> = {
  will: '➕ ',
  already: '▫️ ',
  doing: '⏳ ',
  done: '✅ ',
  failed: '❌ ',
  undone: '↩️ ',
  kept: '📦 ',
  info: 'ℹ️ ',
  none: '',
}

/** Lines for the chat, one HTML string each: the mark, then the escaped text, indented by no-break spaces. */
export function lineHtml(line: Line): Html {
  const indent = '\u00a0\u00a0\u00a0'.repeat(line.indent ?? 0)
  return { html: `${indent}${MARKS[line.mark]}${escapeHtml(line.text)}` }
}

export function linesHtml(lines: readonly Line[]): Html {
  return join(lines.map(lineHtml))
}
