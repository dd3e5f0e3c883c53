import { z } from 'zod'
import type { Account } from '../state/account.ts'
import type { ChatRecord, StoredMessage } from '../state/chats.ts'
import { action } from './action.ts'
import { chatById, newestFromBot, personById, push } from './people.ts'

/** Taps on inline buttons. */
export const buttonActions = {
  /**
   * Taps a callback button, named by its text or data, on one message or on the newest that has it. `forged` sends data
   * that no button carries, from anybody and for a message that may be gone: what a hostile client can do.
   */
  tap: action(
    z.strictObject({
      user: z.int(),
      chat: z.int().optional(),
      message_id: z.int().optional(),
      text: z.string().optional(),
      data: z.string().optional(),
      forged: z.boolean().optional(),
    }),
    (account, { user, chat, message_id, text, data, forged = false }) => {
      const record = chatById(account, chat ?? user)
      if (forged) {
        if (data === undefined || message_id === undefined) {
          throw new Error('cannot forge a tap: name message_id and data')
        }
        return send(account, user, record, message_id, data)
      }
      if (!record.members.has(user))
        throw new Error(`cannot tap as ${user} in chat ${record.chat.id}: not a member`)
      const wanted = (button: { text: string; data: string | undefined }) =>
        (text === undefined || button.text === text) && (data === undefined || button.data === data)
      const stored = newestFromBot(
        record,
        (one) =>
          (message_id === undefined || one.message.message_id === message_id) && buttonsOf(one).some(wanted),
      )
      const button = stored && buttonsOf(stored).find(wanted)
      if (!stored || !button)
        throw new Error(`cannot tap "${text ?? data}": no message in the chat has that button`)
      if (button.data === undefined)
        throw new Error(`cannot tap "${button.text}": it is a link, not a callback button`)
      return send(account, user, record, stored.message.message_id, button.data)
    },
  ),
}

function buttonsOf(stored: StoredMessage): { text: string; data: string | undefined }[] {
  return (stored.message.reply_markup?.inline_keyboard ?? []).flat().map((button) => ({
    text: button.text,
    data: 'callback_data' in button ? button.callback_data : undefined,
  }))
}

function send(account: Account, user: number, record: ChatRecord, messageId: number, data: string) {
  const stored = account.chats.message(record, messageId)
  const version = account.clock.tick()
  const query = account.callbacks.open({
    user_id: user,
    chat_id: record.chat.id,
    message_id: messageId,
    data,
    version,
  })
  const delivered = push(account, {
    callback_query: {
      id: query.id,
      from: personById(account, user),
      message: stored?.message ?? { chat: record.chat, message_id: messageId, date: 0 },
      chat_instance: `${record.chat.id}0${account.me.id}`,
      data,
    },
  })
  return { query_id: query.id, message_id: messageId, data, at_ms: query.at_ms, delivered }
}
