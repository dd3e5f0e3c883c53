import { badRequest, success } from '../api-result.ts'
import type { Method } from './method.ts'
import { reachableChat } from './reachable-chat.ts'

const ACTIONS =
  /^(typing|upload_photo|record_video|upload_video|record_voice|upload_voice|upload_document|choose_sticker|find_location|record_video_note|upload_video_note)$/

export const getMe: Method = (account) => success(account.me)

/** A person is only known to the bot from the moment on when they started it. */
export const getChat: Method = (account, params) => {
  const id = params.integer('chat_id')
  if (id === undefined && params.text('chat_id') === undefined) return badRequest('chat_id is empty')
  const record = id === undefined ? undefined : account.chats.find(id)
  if (!record || (record.chat.type === 'private' && !record.started)) return badRequest('chat not found')
  return success({
    ...record.chat,
    accent_color_id: 0,
    max_reaction_count: 11,
    accepted_gift_types: {
      unlimited_gifts: true,
      limited_gifts: true,
      unique_gifts: true,
      premium_subscription: true,
      gifts_from_channels: true,
    },
  })
}

export const sendChatAction: Method = (account, params) => {
  const chat = reachableChat(account, params)
  if (!chat.ok) return chat
  const action = params.text('action') ?? ''
  if (!ACTIONS.test(action)) return badRequest('wrong parameter action in request')
  chat.record.lastAction = action
  account.clock.tick()
  return success(true)
}
