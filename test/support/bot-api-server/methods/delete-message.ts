import { badRequest, success } from '../api-result.ts'
import type { Method } from './method.ts'
import { reachableChat } from './reachable-chat.ts'

/** Own messages anywhere, everybody's in a private chat or where the bot is an administrator. */
export const deleteMessage: Method = (account, params) => {
  const chat = reachableChat(account, params)
  if (!chat.ok) return chat
  const messageId = params.integer('message_id')
  if (messageId === undefined) return badRequest('message identifier is not specified')
  const { record } = chat
  const stored = account.chats.message(record, messageId)
  if (!stored) return badRequest('message to delete not found')
  const mayDelete = stored.fromBot || record.chat.type === 'private' || record.botIs === 'administrator'
  if (!mayDelete) return badRequest("message can't be deleted")
  stored.deleted = true
  if (record.replyKeyboard?.messageId === messageId) record.replyKeyboard = undefined
  account.clock.tick()
  return success(true)
}
