import { badRequest, success } from '../api-result.ts'
import type { Method } from './method.ts'

const MAX_ANSWER_LENGTH = 200

/** Each tap can be answered once, and only shortly after it happened. */
export const answerCallbackQuery: Method = (account, params) => {
  const text = params.text('text')
  if (text !== undefined && text.length > MAX_ANSWER_LENGTH) return badRequest('MESSAGE_TOO_LONG')
  const answer = { text: text || undefined, show_alert: params.flag('show_alert'), url: params.text('url') }
  const id = params.text('callback_query_id') ?? ''
  if (!account.callbacks.answer(id, answer, account.clock.now() + 1)) {
    return badRequest('query is too old and response timeout expired or query ID is invalid')
  }
  account.clock.tick()
  return success(true)
}
