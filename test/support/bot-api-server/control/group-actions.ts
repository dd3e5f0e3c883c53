import type { Chat } from 'grammy/types'
import { z } from 'zod'
import type { UpdateContent } from '../state/update-queue.ts'
import { action } from './action.ts'
import { chatById, personById, postAs, push, typedText } from './people.ts'

/** Groups and channels around the bot. */
export const groupActions = {
  createGroup: action(
    z.strictObject({
      title: z.string(),
      members: z.array(z.int()),
      bot_is: z.enum(['member', 'administrator', 'left']).optional(),
      supergroup: z.boolean().optional(),
    }),
    (account, { title, members, bot_is = 'member', supergroup = true }) => {
      for (const member of members) personById(account, member)
      const type = supergroup ? 'supergroup' : 'group'
      const chat = { id: account.chats.nextGroupId(type), type, title } as Chat
      account.chats.add(chat, bot_is, members)
      return { id: chat.id }
    },
  ),

  /** An admin of a group writes in its name: the sender is Telegram's own account for that, the chat stands behind it. */
  sendAnonymously: action(z.strictObject({ chat: z.int(), text: z.string() }), (account, { chat, text }) => {
    const record = chatById(account, chat)
    const from = { id: 1_087_968_824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' }
    return postAs(account, from, record, { sender_chat: record.chat, ...typedText(text) })
  }),

  createChannel: action(z.strictObject({ title: z.string() }), (account, { title }) => {
    const chat: Chat = { id: account.chats.nextGroupId('channel'), type: 'channel', title }
    account.chats.add(chat, 'administrator', [])
    return { id: chat.id }
  }),

  /** A post in a channel: it has no sender. */
  postInChannel: action(z.strictObject({ chat: z.int(), text: z.string() }), (account, { chat, text }) => {
    const record = chatById(account, chat)
    if (record.chat.type !== 'channel') throw new Error(`cannot post in chat ${chat}: it is no channel`)
    const message = {
      message_id: account.chats.nextMessageId(record),
      sender_chat: record.chat,
      chat: record.chat,
      date: Math.floor(Date.now() / 1000),
      ...typedText(text),
    }
    account.chats.store(record, message, false, account.clock.tick())
    const delivered = push(account, { channel_post: message as NonNullable<UpdateContent['channel_post']> })
    return { message_id: message.message_id, delivered }
  }),
}
