import type { Message, User } from 'grammy/types'
import type { Account } from '../state/account.ts'
import type { ChatRecord, StoredMessage } from '../state/chats.ts'
import type { UpdateContent } from '../state/update-queue.ts'
import { detectEntities } from '../telegram/text-entities.ts'

/** Finds a person by id; throws when nobody has it: a mistake in the test. */
export function personById(account: Account, id: number): User {
  const user = account.users.find(id)
  if (!user) throw new Error(`cannot act as user ${id}: there is no such user, create one first`)
  return user
}

/** The chat with this id, the private one of a known person included; throws when there is none. */
export function chatById(account: Account, id: number): ChatRecord {
  const user = account.users.find(id)
  const record = user ? account.chats.privateWith(user) : account.chats.find(id)
  if (!record) throw new Error(`cannot find chat ${id}: create the user, group or channel first`)
  return record
}

/** The chat that a person acts in: their private one unless another is named; throws where they cannot write. */
export function chatOf(account: Account, userId: number, chatId: number | undefined): ChatRecord {
  const record = chatById(account, chatId ?? personById(account, userId).id)
  if (!record.members.has(userId))
    throw new Error(`cannot write as ${userId} in chat ${record.chat.id}: not a member`)
  if (record.blocked) throw new Error(`cannot write as ${userId}: they block the bot, press Start first`)
  return record
}

/**
 * Puts a person's message into a chat and on its way to the bot. Writing first starts the conversation. In groups the bot
 * only gets what its privacy mode lets through (https://core.telegram.org/bots/features#privacy-mode).
 */
export function postAs(account: Account, from: User, record: ChatRecord, content: Partial<Message>) {
  const message: Message = {
    message_id: account.chats.nextMessageId(record),
    from,
    chat: record.chat,
    date: Math.floor(Date.now() / 1000),
    ...content,
  }
  if (record.chat.type === 'private') record.started = true
  account.chats.store(record, message, false, account.clock.tick())
  const delivered =
    reachesBot(account, record, message) &&
    push(account, { message: message as NonNullable<UpdateContent['message']> })
  return { message_id: message.message_id, delivered }
}

/** Queues an update; false when the bot asked not to get this type. */
export function push(account: Account, content: UpdateContent): boolean {
  return account.queue.push(content) !== undefined
}

/** Text fields of a message with the entities that Telegram finds by itself; throws over Telegram's limit. */
export function typedText(text: string): Partial<Message> {
  if (text.length === 0 || text.length > 4096) {
    throw new Error(`cannot send a text of ${text.length} characters: a client sends 1 to 4096`)
  }
  const entities = detectEntities(text)
  return entities.length > 0 ? { text, entities } : { text }
}

/** Tells the bot that a person blocked or unblocked it. */
export function pushBlocked(account: Account, from: User, record: ChatRecord, blocked: boolean): void {
  const { id, is_bot, first_name, username } = account.me
  const user = { id, is_bot, first_name, username }
  const member = { status: 'member' as const, user }
  const kicked = { status: 'kicked' as const, user, until_date: 0 }
  push(account, {
    my_chat_member: {
      chat: record.chat,
      from,
      date: Math.floor(Date.now() / 1000),
      old_chat_member: blocked ? member : kicked,
      new_chat_member: blocked ? kicked : member,
    },
  })
}

/** The newest message of the bot that fulfils a condition. */
export function newestFromBot(
  record: ChatRecord,
  matches: (stored: StoredMessage) => boolean,
): StoredMessage | undefined {
  return record.messages.findLast((stored) => stored.fromBot && !stored.deleted && matches(stored))
}

function reachesBot(account: Account, record: ChatRecord, message: Message): boolean {
  if (record.chat.type === 'private') return true
  if (record.botIs === 'left') return false
  if (record.botIs === 'administrator' || account.me.can_read_all_group_messages) return true
  const text = message.text ?? message.caption ?? ''
  const mention = `@${account.me.username}`.toLowerCase()
  const isReply = message.reply_to_message?.from?.id === account.me.id
  const command = /^\/[a-z0-9_]+(@[a-z0-9_]+)?/i.exec(text)
  if (command?.[1] !== undefined) return command[1].toLowerCase() === mention
  return command !== null || isReply || text.toLowerCase().includes(mention)
}
