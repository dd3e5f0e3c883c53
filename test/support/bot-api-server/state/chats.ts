import type { Chat, InlineKeyboardMarkup, Message, ReplyKeyboardMarkup, User } from 'grammy/types'

/** How a message looked from one moment on; the first is how it was sent, the last how it looks now. */
interface Revision {
  /** The change clock when it came to look like this. */
  version: number
  /** Monotonic milliseconds of the server's process. */
  at_ms: number
  text: string
  keyboard: InlineKeyboardMarkup | undefined
}

export interface StoredMessage {
  message: Message
  fromBot: boolean
  deleted: boolean
  revisions: Revision[]
  /** Text of a small uploaded document, so that a reader can look inside. */
  documentText?: string
}

export interface ChatRecord {
  chat: Chat
  /** Private chats: did that person ever start the bot, and do they block it now? */
  started: boolean
  blocked: boolean
  /** Groups and channels: what the bot is there. */
  botIs: 'member' | 'administrator' | 'left'
  members: Set<number>
  messages: StoredMessage[]
  replyKeyboard: { messageId: number; markup: ReplyKeyboardMarkup } | undefined
  lastAction: string | undefined
}

/** The bot's chats with their messages; memory is bounded, the oldest messages and revisions go first. */
export interface Chats {
  /** The private chat with a user, made on first use. */
  privateWith(user: User): ChatRecord
  add(chat: Chat, botIs: ChatRecord['botIs'], members: number[]): ChatRecord
  find(chatId: number): ChatRecord | undefined
  list(): ChatRecord[]
  /** Private chats and basic groups share one sequence, supergroups and channels have their own, as on Telegram. */
  nextMessageId(record: ChatRecord): number
  nextGroupId(type: 'group' | 'supergroup' | 'channel'): number
  store(record: ChatRecord, message: Message, fromBot: boolean, version: number): StoredMessage
  /** Notes that a message looks different from now on. */
  revise(stored: StoredMessage, version: number): void
  message(record: ChatRecord, messageId: number): StoredMessage | undefined
}

const MAX_MESSAGES = 1000
const MAX_REVISIONS = 200

export function createChats(): Chats {
  const chats = new Map<number, ChatRecord>()
  const ownSequence = new Map<number, number>()
  let sharedSequence = 0
  let groups = 0
  const add = (chat: Chat, botIs: ChatRecord['botIs'], members: number[]) => {
    const record: ChatRecord = {
      chat,
      started: false,
      blocked: false,
      botIs,
      members: new Set(members),
      messages: [],
      replyKeyboard: undefined,
      lastAction: undefined,
    }
    chats.set(chat.id, record)
    return record
  }
  return {
    add,
    privateWith(user) {
      const { id, first_name, last_name, username } = user
      const chat: Chat = {
        id,
        type: 'private',
        first_name,
        ...(last_name === undefined ? {} : { last_name }),
        ...(username === undefined ? {} : { username }),
      }
      return chats.get(id) ?? add(chat, 'member', [id])
    },
    find: (chatId) => chats.get(chatId),
    list: () => [...chats.values()],
    nextMessageId({ chat }) {
      if (chat.type === 'private' || chat.type === 'group') return ++sharedSequence
      const next = (ownSequence.get(chat.id) ?? 0) + 1
      ownSequence.set(chat.id, next)
      return next
    },
    nextGroupId(type) {
      groups += 1
      return type === 'group' ? -4_000_000 - groups : -1_001_000_000_000 - groups
    },
    store(record, message, fromBot, version) {
      const stored: StoredMessage = {
        message,
        fromBot,
        deleted: false,
        revisions: [revisionOf(message, version)],
      }
      record.messages.push(stored)
      if (record.messages.length > MAX_MESSAGES) record.messages.shift()
      return stored
    },
    revise(stored, version) {
      stored.revisions.push(revisionOf(stored.message, version))
      if (stored.revisions.length > MAX_REVISIONS) stored.revisions.splice(1, 1)
    },
    message: (record, messageId) =>
      record.messages.find((stored) => stored.message.message_id === messageId && !stored.deleted),
  }
}

const revisionOf = (message: Message, version: number): Revision => ({
  version,
  at_ms: performance.now(),
  text: message.text ?? message.caption ?? '',
  keyboard: message.reply_markup,
})
