/**
 * What the process that talks to Telegram for `usher setup` and `usher doctor` is asked, and what it answers: JSON on its stdin and stdout. Root has no
 * network, so this is all that passes between the two.
 */
export interface TelegramOrder {
  token: string
  apiRoot: string
  /** The process gives up after this. */
  patienceMs: number
  call: TelegramCall
}

export type TelegramCall =
  /** Who the token belongs to. */
  | { kind: 'identify' }
  /** Codes in messages after the update `after`; waits for something new. Takes nothing away from the bot. */
  | { kind: 'listen'; after: number; waitMs: number }
  | { kind: 'tell'; chatId: number; text: string }
  /** Who the token belongs to, and to whom of these that bot cannot write. Sends nothing. */
  | { kind: 'reach'; chatIds: readonly number[] }

export type TelegramAnswer = { ok: true; value: TelegramValue } | { ok: false; problem: TelegramProblem }

export type TelegramValue =
  | { kind: 'bot'; bot: BotIdentity }
  /** `last`: the last update looked at. */
  | { kind: 'heard'; messages: HeardMessage[]; last: number }
  | { kind: 'reached'; bot: BotIdentity; unreachable: number[] }
  | { kind: 'done' }

export interface BotIdentity {
  id: number
  username: string
  name: string
}

/** A code, right or wrong, that a person sent from their own chat with the bot; names are as they chose them. */
export interface HeardMessage {
  userId: number
  name: string
  username: string | null
  code: string
}

/** `detail` holds no part of the token. */
export interface TelegramProblem {
  kind: 'refused' | 'polled' | 'webhook' | 'unreachable' | 'busy' | 'not_telegram' | 'failed'
  detail: string
}
