import { type ApiFailure, badRequest, forbidden } from '../api-result.ts'
import type { Params } from '../params.ts'
import type { Account } from '../state/account.ts'
import type { ChatRecord } from '../state/chats.ts'

/**
 * The chat that a call wants to write to, or Telegram's reason why the bot cannot: unknown, never started by that person,
 * blocked, or a group that the bot is not in.
 */
export function reachableChat(
  account: Account,
  params: Params,
): { ok: true; record: ChatRecord } | ApiFailure {
  const id = params.integer('chat_id')
  if (id === undefined) {
    return badRequest(params.text('chat_id') === undefined ? 'chat_id is empty' : 'chat not found')
  }
  const user = account.users.find(id)
  const record = account.chats.find(id)
  if (user) {
    if (user.is_bot) return forbidden("bots can't send messages to bots")
    if (!record?.started) return forbidden("bot can't initiate conversation with a user")
    return record.blocked ? forbidden('bot was blocked by the user') : { ok: true, record }
  }
  if (!record) return badRequest('chat not found')
  if (record.botIs !== 'left') return { ok: true, record }
  return forbidden(`bot was kicked from the ${record.chat.type} chat`)
}
