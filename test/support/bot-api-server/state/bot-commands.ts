import type { BotCommand, BotCommandScope } from 'grammy/types'

/** The command menus that the bot has set, by scope and language. */
export interface BotCommands {
  set(scope: BotCommandScope, language: string, commands: BotCommand[]): void
  get(scope: BotCommandScope, language: string): BotCommand[]
  remove(scope: BotCommandScope, language: string): void
  /** What a person sees in their private chat (https://core.telegram.org/bots/api#determining-list-of-commands). */
  seenInPrivate(chatId: number, language: string): BotCommand[]
}

export function createBotCommands(): BotCommands {
  const lists = new Map<string, BotCommand[]>()
  const key = (scope: BotCommandScope, language: string) => {
    const chat = 'chat_id' in scope ? `:${scope.chat_id}` : ''
    const user = 'user_id' in scope ? `:${scope.user_id}` : ''
    return `${scope.type}${chat}${user}:${language}`
  }
  return {
    set: (scope, language, commands) => void lists.set(key(scope, language), commands),
    get: (scope, language) => lists.get(key(scope, language)) ?? [],
    remove: (scope, language) => void lists.delete(key(scope, language)),
    seenInPrivate(chatId, language) {
      const scopes: BotCommandScope[] = [
        { type: 'chat', chat_id: chatId },
        { type: 'all_private_chats' },
        { type: 'default' },
      ]
      for (const scope of scopes) {
        const found = lists.get(key(scope, language)) ?? lists.get(key(scope, ''))
        if (found) return found
      }
      return []
    },
  }
}
