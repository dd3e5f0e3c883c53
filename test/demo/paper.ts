/** What the demo prints on: 80 columns, with colours only where a terminal wants them. */

export interface Paper {
  /** A new part of the story. */
  heading(title: string): void
  /** A paragraph, wrapped. */
  says(text: string): void
  line(text?: string): void
  /** One message in a chat: who, text and rows of buttons. */
  message(from: string, side: 'bot' | 'person', text: string, buttons?: string[][]): void
  /** What a person does that is no message. */
  does(who: string, what: string): void
  /** A command on the host and what it printed. */
  command(prompt: string, command: string, output: string): void
  done(text: string): void
  failed(text: string): void
}

const WIDTH = 80
const NAME_WIDTH = 7

export function createPaper(write: (text: string) => void, colour: boolean): Paper {
  const paint = (code: string) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  const [bold, dim, cyan, green, red] = [paint('1'), paint('2'), paint('36'), paint('32'), paint('31')]
  const line = (text = '') => write(`${text.trimEnd()}\n`)
  const marked = (mark: string, text: string) => {
    wrap(text, WIDTH - 4).forEach((row, index) => {
      line(`  ${index === 0 ? mark : ' '} ${row}`)
    })
  }
  const column = (name: string) => name.padStart(NAME_WIDTH)
  const blank = ' '.repeat(NAME_WIDTH)
  return {
    line,
    heading(title) {
      line()
      line(bold(title))
      line(dim('─'.repeat(WIDTH)))
    },
    says(text) {
      for (const row of wrap(text, WIDTH - 2)) line(`  ${row}`)
    },
    message(from, side, text, buttons = []) {
      const name = side === 'bot' ? cyan(column(from)) : bold(column(from))
      const rows = harmless(text)
        .split('\n')
        .flatMap((row) => wrap(row, WIDTH - NAME_WIDTH - 3))
        .map((row) => row.trimEnd())
      while (rows.at(-1) === '') rows.pop()
      rows.forEach((row, index) => {
        line(`${index === 0 ? name : blank} ${dim('│')} ${row}`)
      })
      for (const row of buttons) {
        line(`${blank} ${dim('│')} ${row.map((label) => cyan(`[ ${harmless(label)} ]`)).join(' ')}`)
      }
      line()
    },
    does(who, what) {
      line(`${bold(column(who))} ${dim('·')} ${what}`)
      line()
    },
    command(prompt, command, output) {
      const [first = '', ...others] = wrap(command, WIDTH - prompt.length - 5)
      line(`  ${dim(prompt)} ${bold(first)}`)
      for (const row of others) line(`    ${bold(row)}`)
      for (const row of harmless(output).replace(/\n$/, '').split('\n')) {
        if (output !== '') for (const part of wrap(row, WIDTH - 4)) line(`    ${part}`)
      }
    },
    done: (text) => marked(green('✓'), text),
    failed: (text) => marked(red('✗'), text),
  }
}

/** Takes out what could steer a terminal: control characters but the line feed, and marks of writing direction. */
function harmless(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (char) =>
    char === '\n' ? char : char === '\t' ? '  ' : '',
  )
}

/** Breaks between words; what goes on is indented like the text after a mark. */
function wrap(text: string, width: number): string[] {
  const indent = text.match(/^[ \u00a0]*/)?.[0] ?? ''
  const mark = MARK.test(text.slice(indent.length)) ? '   ' : ''
  const rows: string[] = []
  let row = ''
  for (const word of text.split(/(?<= )/)) {
    if (row.trim() !== '' && (row + word).trimEnd().length > width) {
      rows.push(row)
      row = `${indent}${mark}`
    }
    row += word
  }
  return [...rows, row]
}

/** What lines of cards and lists begin with. */
const MARK = /^(\p{Extended_Pictographic}|[•▫|])/u
