import { badRequest, success } from '../api-result.ts'
import { readFormatted } from '../telegram/formatted-input.ts'
import { readReplyMarkup } from '../telegram/reply-markup.ts'
import type { Method } from './method.ts'
import { reachableChat } from './reachable-chat.ts'
import { readReplyTo, storeSent } from './sent-message.ts'

/** Telegram's limit on a text, counted in UTF-16 code units after the formatting was taken out. */
export const MAX_TEXT_LENGTH = 4096

export const sendMessage: Method = (account, params) => {
  const chat = reachableChat(account, params)
  if (!chat.ok) return chat
  const markup = readReplyMarkup(params, chat.record.chat.type)
  if (!markup.ok) return markup
  const input = readFormatted(params, 'text')
  if (!input.ok) return input
  const { text, entities } = input.formatted
  if (text === '') return badRequest('message text is empty')
  if (text.length > MAX_TEXT_LENGTH) return badRequest('message is too long')
  const replyTo = readReplyTo(account, chat.record, params)
  if (!replyTo.ok) return replyTo
  const content = { ...replyTo.content, text, ...(entities.length > 0 ? { entities } : {}) }
  return success(storeSent(account, chat.record, content, markup.reply).message)
}
