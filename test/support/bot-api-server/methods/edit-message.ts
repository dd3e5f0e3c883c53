import { isDeepStrictEqual } from 'node:util'
import type { InlineKeyboardMarkup, Message } from 'grammy/types'
import { type ApiFailure, badRequest, success } from '../api-result.ts'
import type { Params } from '../params.ts'
import type { Account } from '../state/account.ts'
import type { StoredMessage } from '../state/chats.ts'
import { readFormatted } from '../telegram/formatted-input.ts'
import { readReplyMarkup } from '../telegram/reply-markup.ts'
import type { Method } from './method.ts'
import { reachableChat } from './reachable-chat.ts'
import { MAX_TEXT_LENGTH } from './send-message.ts'

const NOT_MODIFIED =
  'message is not modified: specified new message content and reply markup are exactly the same as a current content ' +
  'and reply markup of the message'

/** Changes text and inline keyboard; a call without `reply_markup` takes the keyboard away, as on Telegram. */
export const editMessageText: Method = (account, params) => {
  const target = editable(account, params)
  if (!target.ok) return target
  const input = readFormatted(params, 'text')
  if (!input.ok) return input
  const { text, entities } = input.formatted
  if (text === '') return badRequest('message text is empty')
  if (text.length > MAX_TEXT_LENGTH) return badRequest('MESSAGE_TOO_LONG')
  const { message } = target.stored
  if (message.text === undefined) return badRequest('there is no text in the message to edit')
  const { text: _text, entities: _entities, reply_markup: _markup, ...rest } = message
  return replace(account, target.stored, {
    ...rest,
    text,
    ...(entities.length > 0 ? { entities } : {}),
    ...(target.keyboard ? { reply_markup: target.keyboard } : {}),
  })
}

/** Changes only the inline keyboard. */
export const editMessageReplyMarkup: Method = (account, params) => {
  const target = editable(account, params)
  if (!target.ok) return target
  const { reply_markup: _markup, ...rest } = target.stored.message
  return replace(account, target.stored, {
    ...rest,
    ...(target.keyboard ? { reply_markup: target.keyboard } : {}),
  })
}

type Editable = { ok: true; stored: StoredMessage; keyboard: InlineKeyboardMarkup | undefined } | ApiFailure

function editable(account: Account, params: Params): Editable {
  const chat = reachableChat(account, params)
  if (!chat.ok) return chat
  const messageId = params.integer('message_id')
  if (messageId === undefined) return badRequest('message identifier is not specified')
  const markup = readReplyMarkup(params, chat.record.chat.type)
  if (!markup.ok) return markup
  if (markup.reply.kind !== 'inline' && markup.reply.kind !== 'none')
    return badRequest('inline keyboard expected')
  const stored = account.chats.message(chat.record, messageId)
  if (!stored) return badRequest('message to edit not found')
  if (!stored.fromBot) return badRequest("message can't be edited")
  return { ok: true, stored, keyboard: markup.reply.kind === 'inline' ? markup.reply.markup : undefined }
}

function replace(account: Account, stored: StoredMessage, message: Message) {
  const { edit_date: _, ...before } = stored.message
  const { edit_date: __, ...after } = message
  if (isDeepStrictEqual(before, after)) return badRequest(NOT_MODIFIED)
  stored.message = { ...after, edit_date: Math.floor(Date.now() / 1000) }
  account.chats.revise(stored, account.clock.tick())
  return success(stored.message)
}
