import type { ConversationFlavor } from '@grammyjs/conversations'
import type { Context } from 'grammy'
import type { TapFlavor, WordsFlavor } from '../../conversations/context.ts'
import type { ChatState } from './state/chats.ts'

/** Who wrote, as the worker said for this very update. */
export interface Identity {
  telegramId: number
  admin: boolean
  permissions: ReadonlySet<string>
}

/** What the middleware adds to an update of a private chat. */
export interface UpdateFlavor {
  /** A working copy; it is stored when the update is dealt with, and forgotten when it must be tried again. */
  chatState: ChatState
  /** Whether this update changed what the chat speaks. */
  languageChanged?: boolean
  /** Absent until the worker has said who it is. */
  identity?: Identity
  /** A stranger whom something may be said to: whether they may ask for access, and whether they have and wait. */
  guest?: { mayAsk: boolean; isWaiting: boolean }
  /** The time of a stranger's questions was up: what they had answered was forgotten just now. */
  forgotten?: boolean
}

export type BotContext = ConversationFlavor<Context & UpdateFlavor & TapFlavor & WordsFlavor>
