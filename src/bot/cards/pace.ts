/**
 * When the next edit in a chat may go out: soon after a quiet time, at most about one a second for long, which is what
 * Telegram bears in one chat (Bots FAQ, "limits").
 */
export interface Pace {
  /** Milliseconds to wait before the next one. */
  waitMs(chatId: number, now: number): number
  sent(chatId: number, now: number): void
}

const GAP_MS = 200
const WINDOW_MS = 5000
const IN_WINDOW = 5

export function createPace(): Pace {
  const sentAt = new Map<number, number[]>()
  const recent = (chatId: number, now: number) =>
    (sentAt.get(chatId) ?? []).filter((at) => at <= now && now - at < WINDOW_MS)
  return {
    waitMs(chatId, now) {
      const times = recent(chatId, now)
      const last = times.at(-1)
      if (last === undefined) return 0
      const oldest = times.at(-IN_WINDOW)
      return Math.max(0, last + GAP_MS - now, oldest === undefined ? 0 : oldest + WINDOW_MS - now)
    },
    sent(chatId, now) {
      sentAt.set(chatId, [...recent(chatId, now), now])
    },
  }
}
