import { ERROR_CODES, type ErrorCode } from '../../protocol/errors.ts'

/** Ends of `usher setup` that are no errors of the API; each with its exit status. Stable, like `ERROR_CODES`. */
export const SETUP_CODES = {
  /** Telegram does not know the token. */
  token_refused: 2,
  /** The token is another bot's than it should be. */
  other_bot: 2,
  not_telegram: 2,
  /** Somebody else gets the bot's messages: a running bot, or a webhook. */
  conflict: 4,
  /** Nobody sent the code in time, or too many wrong ones came. */
  not_proven: 3,
  /** Something is left to the operator: `violations` says what. */
  incomplete: 2,
  /** Written, but a service did not start, or the doctor found something. */
  findings: 1,
  not_written: 1,
  cancelled: 3,
  interrupted: 130,
} as const
export type SetupCode = keyof typeof SETUP_CODES | ErrorCode

export function exitOf(code: SetupCode): number {
  return code in SETUP_CODES
    ? SETUP_CODES[code as keyof typeof SETUP_CODES]
    : ERROR_CODES[code as ErrorCode].exit
}

/** Why setup did not do what it was asked: what happened, and what to do. Nothing in it is secret. */
export interface Refusal {
  code: SetupCode
  message: string
}
