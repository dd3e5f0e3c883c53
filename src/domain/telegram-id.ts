/** The largest Telegram user id: "at most 52 significant bits" (Bot API, `User.id`). */
export const MAX_TELEGRAM_ID = 2 ** 52 - 1

/** Whether `value` is a number that can be a Telegram user id: an integer from 1 to 2^52 - 1. Strings are not. */
export function isTelegramId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_TELEGRAM_ID
}
