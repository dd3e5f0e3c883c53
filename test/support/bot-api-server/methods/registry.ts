import { answerCallbackQuery } from './answer-callback-query.ts'
import { getChat, getMe, sendChatAction } from './chat-methods.ts'
import { deleteMyCommands, getMyCommands, setMyCommands } from './command-methods.ts'
import { deleteMessage } from './delete-message.ts'
import { editMessageReplyMarkup, editMessageText } from './edit-message.ts'
import { getUpdates } from './get-updates.ts'
import type { Method } from './method.ts'
import { sendDocument } from './send-document.ts'
import { sendMessage } from './send-message.ts'
import { deleteWebhook, getWebhookInfo, setWebhook } from './webhook-methods.ts'

const METHODS: Record<string, Method> = {
  answerCallbackQuery,
  deleteMessage,
  deleteMyCommands,
  deleteWebhook,
  editMessageReplyMarkup,
  editMessageText,
  getChat,
  getMe,
  getMyCommands,
  getUpdates,
  getWebhookInfo,
  sendChatAction,
  sendDocument,
  sendMessage,
  setMyCommands,
  setWebhook,
}

/** Finds a method by its name, whatever the case, as Telegram does; undefined is answered with 404. */
export function findMethod(name: string): { name: string; run: Method } | undefined {
  const known = Object.keys(METHODS).find((one) => one.toLowerCase() === name.toLowerCase())
  return known === undefined ? undefined : { name: known, run: METHODS[known]! }
}
