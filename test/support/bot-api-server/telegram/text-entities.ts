import type { MessageEntity } from 'grammy/types'

/** Finds what Telegram marks by itself in a text that a person typed: bot commands and mentions. */
export function detectEntities(text: string): MessageEntity[] {
  const found: MessageEntity[] = []
  for (const match of text.matchAll(/(?<![^\s])(\/[a-z0-9_]{1,64}(?:@[a-z0-9_]{3,32})?)(?![a-z0-9_/])/gi)) {
    found.push({ type: 'bot_command', offset: match.index, length: match[1]!.length })
  }
  for (const match of text.matchAll(/(?<![\w/@])@[a-z0-9_]{3,32}/gi)) {
    found.push({ type: 'mention', offset: match.index, length: match[0].length })
  }
  return found.sort((a, b) => a.offset - b.offset)
}
