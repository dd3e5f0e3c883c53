import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import type { Line } from '../texts/line.ts'

export interface Style {
  colour: boolean
  /** Columns to wrap at; null where nobody reads columns. */
  columns: number | null
}

const MARKS: Record<Line['mark'], { sign: string; style: Parameters<typeof styleText>[0] }> = {
  will: { sign: '+', style: 'cyan' },
  already: { sign: '=', style: 'gray' },
  doing: { sign: '…', style: 'yellow' },
  done: { sign: '✓', style: 'green' },
  failed: { sign: '✗', style: 'red' },
  undone: { sign: '↺', style: 'yellow' },
  kept: { sign: '!', style: 'yellow' },
  info: { sign: '·', style: 'blue' },
  none: { sign: '', style: 'reset' },
}
const NARROWEST = 20

/** Lines as a terminal or file gets them. Texts are harmless already: whoever made the line saw to that. */
export function renderLines(lines: readonly Line[], style: Style): string {
  return lines.map((line) => `${renderLine(line, style)}\n`).join('')
}

/** How a stream is to be written to. */
export function styleFor(stream: { isTTY?: boolean; columns?: number }, noColor: boolean): Style {
  const terminal = stream.isTTY === true
  return {
    colour: terminal && !noColor,
    columns:
      terminal && stream.columns !== undefined && stream.columns > 0
        ? Math.max(NARROWEST, stream.columns)
        : null,
  }
}

/** Writes and waits until the text is handed over; that nobody reads any more (EPIPE) is no error. */
export function write(stream: Writable, text: string): Promise<void> {
  if (text === '' || stream.destroyed || stream.writableEnded) return Promise.resolve()
  return new Promise((resolve) => stream.write(text, () => resolve()))
}

function renderLine(line: Line, { colour, columns }: Style): string {
  const { sign, style } = MARKS[line.mark]
  const indent = '  '.repeat(line.indent ?? 0)
  const lead = sign === '' ? '' : `${colour ? styleText(style, sign, { validateStream: false }) : sign} `
  const hanging = indent.length + (sign === '' ? 0 : 2)
  const [first = '', ...rest] = wrap(line.text, columns === null ? null : Math.max(10, columns - hanging))
  return [`${indent}${lead}${first}`, ...rest.map((part) => `${' '.repeat(hanging)}${part}`)]
    .join('\n')
    .trimEnd()
}

/** Breaks at spaces; a word that is too long stays whole, so that paths and codes can be copied. */
function wrap(text: string, width: number | null): string[] {
  if (width === null || text.length <= width) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
