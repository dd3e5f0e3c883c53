/** Prints a chat as it goes on: each message once, and what changes on a card while its run goes on. */
import type { Control } from '../support/bot-api-server/control/control.ts'
import type { MessageView } from '../support/bot-api-server/control/views.ts'
import type { Paper } from './paper.ts'

export interface ChatOnPaper {
  /** Prints what has happened in the chat since the last time. */
  catchUp(): Promise<void>
  /** Prints whatever happens until `until` settles; its result. */
  during<T>(until: Promise<T>): Promise<T>
}

export function putChatOnPaper(control: Control, paper: Paper, chat: number, name: string): ChatOnPaper {
  const printed = new Map<number, { version: number; lines: Set<string> }>()
  let seen = -1

  const print = (message: MessageView) => {
    const before = printed.get(message.message_id)
    if (before?.version === message.version) return
    for (const look of message.history.filter(({ version }) => version > (before?.version ?? -1))) {
      const known = printed.get(message.message_id)
      const lines = look.text.split('\n')
      const isReceipt = lines.some((line) => line.endsWith(', receipt'))
      const news =
        known && !isReceipt ? lines.filter((line) => isProgress(line) && !known.lines.has(line)) : lines
      const text = news.join('\n')
      if (text.trim() !== '') {
        const labels = look.buttons.map((row) => row.map((button) => button.text))
        paper.message(
          message.from_bot ? 'bot' : name,
          message.from_bot ? 'bot' : 'person',
          text,
          known && !isReceipt ? [] : labels,
        )
      }
      printed.set(message.message_id, {
        version: look.version,
        lines: new Set([...(known?.lines ?? []), ...lines]),
      })
    }
  }

  const catchUp = async () => {
    const view = await control.chat({ chat })
    seen = view.version
    for (const message of view.messages) if (!message.deleted) print(message)
  }

  return {
    catchUp,
    async during(until) {
      let over = false
      const end = () => {
        over = true
      }
      const finished = until.then(end, end)
      while (!over) {
        await catchUp()
        await Promise.race([finished, control.waitForChange({ since: seen, timeout_ms: 250 })])
      }
      await catchUp()
      return until
    },
  }
}

/** A line of a live card that says what has come to its end. */
function isProgress(line: string): boolean {
  return /^\s*(✅|❌|↩️|📦|ℹ️|🤝|⌨️|✉️)/u.test(line) || /^(usher|sudo usher|or root)/.test(line)
}
