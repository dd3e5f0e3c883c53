/** How many messages a bot may send and edit (Bots FAQ, "My bot is hitting limits"). */
export interface SendLimits {
  /** Null: as many as it likes. */
  set(limits: Limits | null): void
  /** Whole seconds until this message would be taken; null when it is taken now, and counted. */
  refuse(chatId: number): number | null
  /** How many were refused. */
  refused(): number
}

export interface Limits {
  perSecond: number
  /** In one chat: one a second for long, so many at once after a quiet time. */
  chatBurst: number
}

interface Bucket {
  tokens: number
  at: number
}

/** @param now monotonic milliseconds */
export function createSendLimits(now: () => number = () => performance.now()): SendLimits {
  let limits: Limits | null = null
  let all: Bucket = { tokens: 0, at: 0 }
  let refusals = 0
  const chats = new Map<number, Bucket>()
  const filled = ({ tokens, at }: Bucket, perSecond: number, most: number, time: number): Bucket => ({
    tokens: Math.min(most, tokens + ((time - at) / 1000) * perSecond),
    at: time,
  })
  return {
    set(next) {
      limits = next
      all = { tokens: next?.perSecond ?? 0, at: now() }
      chats.clear()
      refusals = 0
    },
    refuse(chatId) {
      if (limits === null) return null
      const { perSecond, chatBurst } = limits
      const time = now()
      all = filled(all, perSecond, perSecond, time)
      const chat = filled(chats.get(chatId) ?? { tokens: chatBurst, at: time }, 1, chatBurst, time)
      chats.set(chatId, chat)
      const missing = Math.max((1 - all.tokens) / perSecond, 1 - chat.tokens)
      if (missing > 0) {
        refusals += 1
        return Math.ceil(missing)
      }
      all.tokens -= 1
      chat.tokens -= 1
      return null
    },
    refused: () => refusals,
  }
}
