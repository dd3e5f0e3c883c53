import { GrammyError, HttpError } from 'grammy'

/** What a failed Bot API call means for whoever made it. */
export type TelegramProblem =
  /** The network, or Telegram itself: the same call may work later. */
  | { kind: 'later'; afterMs: number | null }
  /** The person blocked the bot, never started it, or is gone. */
  | { kind: 'unreachable' }
  /** An edit that would change nothing. */
  | { kind: 'not_modified' }
  /** The message to edit is gone or too old. */
  | { kind: 'message_gone' }
  /** Another program polls, or a webhook is set. */
  | { kind: 'conflict'; webhook: boolean }
  | { kind: 'bad_token' }
  /** A mistake of ours, or not a failed call at all. */
  | { kind: 'other' }

/** Descriptions are matched as the Bot API server spells them (tdlib/telegram-bot-api, Client.cpp). */
export function problemOf(error: unknown): TelegramProblem {
  if (error instanceof HttpError) return { kind: 'later', afterMs: null }
  if (!(error instanceof GrammyError)) return { kind: 'other' }
  const { error_code: code, description } = error
  if (code === 429) {
    const seconds = error.parameters.retry_after
    return { kind: 'later', afterMs: seconds === undefined ? null : seconds * 1000 }
  }
  if (code >= 500) return { kind: 'later', afterMs: null }
  if (code === 401 || code === 404) return { kind: 'bad_token' }
  if (code === 409) return { kind: 'conflict', webhook: /webhook/i.test(description) }
  if (code === 403 || /chat not found|user is deactivated|PEER_ID_INVALID/i.test(description)) {
    return { kind: 'unreachable' }
  }
  if (description.includes('message is not modified')) return { kind: 'not_modified' }
  if (/message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i.test(description)) {
    return { kind: 'message_gone' }
  }
  return { kind: 'other' }
}
