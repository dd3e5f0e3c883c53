import type { Update } from 'grammy/types'

/** Digits, in groups as people type them. */
const LOOKS_LIKE_CODES = /^[0-9][0-9\s-]{2,30}$/

/** Whether a text may be meant as one-time codes: such a message is deleted from the chat, and never written down. */
export function looksLikeCodes(text: string): boolean {
  return LOOKS_LIKE_CODES.test(text.trim())
}

/** Whether an update may hold one. */
export function mayHoldCodes({ message, edited_message: edited }: Update): boolean {
  return looksLikeCodes(message?.text ?? edited?.text ?? '')
}
