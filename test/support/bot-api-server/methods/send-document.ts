import { randomBytes } from 'node:crypto'
import type { Document, Message } from 'grammy/types'
import { type ApiFailure, badRequest, success } from '../api-result.ts'
import type { Params } from '../params.ts'
import type { Account } from '../state/account.ts'
import { readFormatted } from '../telegram/formatted-input.ts'
import { readReplyMarkup } from '../telegram/reply-markup.ts'
import type { Method } from './method.ts'
import { reachableChat } from './reachable-chat.ts'
import { readReplyTo, storeSent } from './sent-message.ts'

const MAX_CAPTION_LENGTH = 1024
const MAX_KEPT_TEXT_BYTES = 64 * 1024

export const sendDocument: Method = (account, params) => {
  const chat = reachableChat(account, params)
  if (!chat.ok) return chat
  const markup = readReplyMarkup(params, chat.record.chat.type)
  if (!markup.ok) return markup
  const input = readFormatted(params, 'caption')
  if (!input.ok) return input
  const { text: caption, entities } = input.formatted
  if (caption.length > MAX_CAPTION_LENGTH) return badRequest('message caption is too long')
  const replyTo = readReplyTo(account, chat.record, params)
  if (!replyTo.ok) return replyTo
  const source = readDocument(account, params)
  if (!source.ok) return source
  const content: Partial<Message> = {
    ...replyTo.content,
    document: source.document,
    ...(caption ? { caption } : {}),
    ...(entities.length > 0 ? { caption_entities: entities } : {}),
  }
  const stored = storeSent(account, chat.record, content, markup.reply)
  if (source.text !== undefined) stored.documentText = source.text
  return success(stored.message)
}

type DocumentSource = { ok: true; document: Document; text: string | undefined } | ApiFailure

function readDocument(account: Account, params: Params): DocumentSource {
  const upload = params.file('document')
  if (!upload) return knownDocument(account, params.text('document'))
  if (upload.bytes.length === 0) return badRequest('file must be non-empty')
  const document: Document = {
    file_id: `BQACAgIAAx${randomBytes(24).toString('base64url')}`,
    file_unique_id: randomBytes(8).toString('base64url'),
    file_name: upload.file_name,
    mime_type: upload.mime_type,
    file_size: upload.bytes.length,
  }
  const text = upload.bytes.length <= MAX_KEPT_TEXT_BYTES ? upload.bytes.toString('utf8') : undefined
  return { ok: true, document, text }
}

function knownDocument(account: Account, fileId: string | undefined): DocumentSource {
  if (!fileId) return badRequest('there is no document in the request')
  for (const { messages } of account.chats.list()) {
    const stored = messages.find(({ message }) => message.document?.file_id === fileId)
    if (stored?.message.document)
      return { ok: true, document: stored.message.document, text: stored.documentText }
  }
  return badRequest('wrong file identifier/HTTP URL specified')
}
