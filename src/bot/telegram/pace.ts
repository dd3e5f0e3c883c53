/**
 * When messages may go out, so that Telegram refuses none (Bots FAQ, "My bot is hitting limits"): in one chat soon after a
 * quiet time and at most about one a second for long, about 30 a second overall. Sent and edited messages count alike.
 *
 * What nobody waits for takes a turn: in order, but a chat whose turn is far off holds up no other. Answers to what somebody
 * just did go out at once, no faster than people type, and only count overall. A 429 holds everything in its chat for as long as it says; when a second chat is
 * refused while one is held, all chats are, because Telegram does not say which of its limits was met.
 */
export interface Pace {
  /** Waits for a turn in this chat and takes it; null when `signal` aborts before. */
  turn(chatId: number, signal: AbortSignal): Promise<Turn | null>
  /** Takes a turn without waiting for it. */
  take(chatId: number): Turn
  /** Counts an answer that goes out at once. */
  answered(): void
  /** Telegram asks for this long a pause; `chatId` is null when the call was about no chat. */
  refused(chatId: number | null, forMs: number): void
  /** Milliseconds for which Telegram wants to hear nothing of this chat; null: in any. */
  heldMs(chatId: number | null): number
}

/** Leave to send one message now. */
export interface Turn {
  /** Nothing was sent after all. */
  giveBack(): void
}

/** How many messages may go out; times in milliseconds. */
export interface PaceLimits {
  /** In one chat: so many in so long, and at least the gap between two. */
  chat: { count: number; withinMs: number; gapMs: number }
  overall: { count: number; withinMs: number }
}

/** A little below what Telegram says, because the network squeezes what was sent apart. */
const TELEGRAM: PaceLimits = {
  chat: { count: 5, withinMs: 5200, gapMs: 200 },
  overall: { count: 27, withinMs: 1000 },
}

interface Waiting {
  chatId: number
  give: (turn: Turn) => void
}

/** @param now monotonic milliseconds */
export function createPace(now: () => number = () => performance.now(), limits: PaceLimits = TELEGRAM): Pace {
  const { chat, overall } = limits
  const perChat = new Map<number, number[]>()
  const holds = new Map<number, number>()
  let all: number[] = []
  let allHeldUntil = 0
  let waiting: Waiting[] = []
  let timer: NodeJS.Timeout | undefined

  const recent = (times: number[] | undefined, withinMs: number, at: number) =>
    (times ?? []).filter((time) => at - time < withinMs)
  const holdOf = (chatId: number | null, at: number) =>
    Math.max(0, allHeldUntil - at, chatId === null ? 0 : (holds.get(chatId) ?? 0) - at)

  const chatWait = (chatId: number, at: number) => {
    const times = recent(perChat.get(chatId), chat.withinMs, at)
    const last = times.at(-1)
    const oldest = times.at(-chat.count)
    return Math.max(
      holdOf(chatId, at),
      last === undefined ? 0 : last + chat.gapMs - at,
      oldest === undefined ? 0 : oldest + chat.withinMs - at,
    )
  }
  const overallWait = (at: number) => {
    all = recent(all, overall.withinMs, at)
    const oldest = all.at(-overall.count)
    return Math.max(allHeldUntil - at, oldest === undefined ? 0 : oldest + overall.withinMs - at)
  }

  const take = (chatId: number): Turn => {
    const at = now()
    all.push(at)
    perChat.set(chatId, [...recent(perChat.get(chatId), chat.withinMs, at), at])
    let given = false
    return {
      giveBack() {
        if (given) return
        given = true
        all = without(all, at)
        perChat.set(chatId, without(perChat.get(chatId) ?? [], at))
        pump()
      },
    }
  }

  /** Gives out all turns that are due, and comes back when the next one is. */
  const pump = () => {
    clearTimeout(timer)
    timer = undefined
    const at = now()
    let next = Number.POSITIVE_INFINITY
    const left: Waiting[] = []
    for (const one of waiting) {
      const wait = Math.max(overallWait(at), chatWait(one.chatId, at))
      if (wait <= 0) one.give(take(one.chatId))
      else {
        left.push(one)
        next = Math.min(next, wait)
      }
    }
    waiting = left
    if (waiting.length > 0) timer = setTimeout(pump, Math.ceil(next))
    else if (perChat.size > 1000) forgetOld(at)
  }

  const forgetOld = (at: number) => {
    for (const [chatId, times] of perChat) {
      if (recent(times, chat.withinMs, at).length === 0) perChat.delete(chatId)
    }
  }

  return {
    turn(chatId, signal) {
      return new Promise((resolve) => {
        if (signal.aborted) return resolve(null)
        const one: Waiting = {
          chatId,
          give(turn) {
            signal.removeEventListener('abort', leave)
            resolve(turn)
          },
        }
        const leave = () => {
          waiting = waiting.filter((other) => other !== one)
          resolve(null)
          pump()
        }
        signal.addEventListener('abort', leave, { once: true })
        waiting.push(one)
        pump()
      })
    },
    take,
    answered: () => void all.push(now()),
    refused(chatId, forMs) {
      const at = now()
      for (const [held, until] of holds) if (until <= at) holds.delete(held)
      const others = [...holds.keys()].some((held) => held !== chatId)
      if (chatId !== null) holds.set(chatId, Math.max(holds.get(chatId) ?? 0, at + forMs))
      if (chatId === null || others) allHeldUntil = Math.max(allHeldUntil, at + forMs)
    },
    heldMs: (chatId) => holdOf(chatId, now()),
  }
}

function without(times: number[], at: number): number[] {
  const index = times.indexOf(at)
  return index < 0 ? times : times.toSpliced(index, 1)
}
