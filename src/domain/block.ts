/** A Telegram user who is never answered. */
export interface Block {
  telegramId: number
  /** `actorKey` of who blocked. */
  by: string
  at: number
  reason: string | null
}
