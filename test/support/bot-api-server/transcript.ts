import type { ChatView, MessageView } from './control/views.ts'

export interface TranscriptOptions {
  /** Columns of the terminal; longer lines are wrapped. */
  width?: number
  /** Only messages that changed after this version. */
  since?: number
}

/** A chat as plain text for a terminal: who wrote what, with the keyboards, without what was deleted. */
export function renderChat(view: ChatView, options: TranscriptOptions = {}): string {
  const { since = -1 } = options
  const lines = [`── ${plain(view.title)} ⇄ @${view.bot_username} ──`]
  for (const message of view.messages) {
    if (!message.deleted && message.version > since) lines.push(...renderMessage(message, options))
  }
  if (view.reply_keyboard) {
    lines.push('⌨  '.concat(view.reply_keyboard.rows.map((row) => row.map(bracket).join(' ')).join('\n   ')))
  }
  return lines.join('\n')
}

/** One message with its buttons, line by line. */
function renderMessage(message: MessageView, { width = 100 }: TranscriptOptions = {}): string[] {
  const author = message.from_bot ? 'bot' : plain(message.from_name)
  const head = `${author} ${message.from_bot ? '◂' : '▸'} `
  const indent = ' '.repeat([...head].length)
  const document = message.document
    ? [`[file ${message.document.file_name}, ${message.document.file_size} bytes]`]
    : []
  const body = [...document, ...plain(message.text).split('\n')]
    .filter((line, index, all) => line !== '' || (index > 0 && index < all.length - 1))
    .flatMap((line) => wrap(line, width - indent.length))
  const keyboard = message.buttons.map((row) => row.map((button) => bracket(button.text)).join(' '))
  return [...body, ...keyboard].map((line, index) => `${index === 0 ? head : indent}${line}`.trimEnd())
}

const bracket = (label: string) => `[${plain(label)}]`

/** Takes out what could steer a terminal: control characters but the line feed, and marks of writing direction. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (char) =>
    char === '\n' ? char : '',
  )
}

function wrap(line: string, width: number): string[] {
  const rows: string[] = []
  let row = ''
  for (const word of line.split(/(?<= )/)) {
    if (row !== '' && (row + word).trimEnd().length > width) {
      rows.push(row.trimEnd())
      row = ''
    }
    row += word
  }
  return [...rows, row]
}
