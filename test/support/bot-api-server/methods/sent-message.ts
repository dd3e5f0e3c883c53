import type { Message } from 'grammy/types'
import { type ApiFailure, badRequest } from '../api-result.ts'
import type { Params } from '../params.ts'
import type { Account } from '../state/account.ts'
import type { ChatRecord, StoredMessage } from '../state/chats.ts'
import type { ReplyMarkup } from '../telegram/reply-markup.ts'

/** Stores a message of the bot, with its keyboard, the way the chat's members then see it. */
export function storeSent(
  account: Account,
  record: ChatRecord,
  content: Partial<Message>,
  reply: ReplyMarkup,
): StoredMessage {
  const { chats, clock, me } = account
  const { id, is_bot, first_name, username } = me
  const message: Message = {
    message_id: chats.nextMessageId(record),
    ...(record.chat.type === 'channel'
      ? { sender_chat: record.chat }
      : { from: { id, is_bot, first_name, username } }),
    chat: record.chat,
    date: Math.floor(Date.now() / 1000),
    ...content,
    ...(reply.kind === 'inline' ? { reply_markup: reply.markup } : {}),
  }
  if (reply.kind === 'keyboard')
    record.replyKeyboard = { messageId: message.message_id, markup: reply.markup }
  if (reply.kind === 'remove') record.replyKeyboard = undefined
  record.lastAction = undefined
  return chats.store(record, message, true, clock.tick())
}

/** The message that a call answers to, when it names one. */
export function readReplyTo(
  account: Account,
  record: ChatRecord,
  params: Params,
): { ok: true; content: Partial<Message> } | ApiFailure {
  const parsed = params.json('reply_parameters')
  const given = parsed.ok ? (parsed.value as { message_id?: unknown } | null | undefined) : undefined
  const id = params.integer('reply_to_message_id') ?? given?.message_id
  if (typeof id !== 'number') return { ok: true, content: {} }
  const target = account.chats.message(record, id)
  const lenient =
    params.flag('allow_sending_without_reply') ||
    (given as { allow_sending_without_reply?: unknown } | undefined)?.allow_sending_without_reply === true
  if (!target) return lenient ? { ok: true, content: {} } : badRequest('message to be replied not found')
  const { reply_to_message: _, ...quoted } = target.message
  return { ok: true, content: { reply_to_message: quoted as Message['reply_to_message'] } }
}
