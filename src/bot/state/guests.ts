import { z } from 'zod'
import { type ChatState, readChatState } from './chats.ts'
import type { FileStore } from './file-store.ts'

/**
 * What is kept of a stranger's chat while they ask for access, and only then: the questions and what was answered. Bounded in
 * number, in time and in updates, so that strangers cost no more than that.
 */
export interface Guests {
  /** Null when there is none, also because its time is up. */
  load(telegramId: number, now: number): Promise<ChatState | null>
  has(telegramId: number): boolean
  /** Whether one more may begin. */
  hasRoom(now: number): Promise<boolean>
  /** Counts one update. False when there were too many: then it is forgotten. */
  save(telegramId: number, state: ChatState, now: number): Promise<boolean>
  /** Removes everything about a chat; fine when there is nothing. */
  forget(telegramId: number): Promise<void>
  /** Removes those whose time is up. */
  sweep(now: number): Promise<void>
}

const AT_ONCE = 100
const LIFETIME_MS = 60 * 60_000
/** Three questions, a review, and many mistakes. */
const MOST_UPDATES = 60

const schema = z.object({ begunAt: z.number(), updates: z.number(), state: z.unknown() })

export async function loadGuests(files: FileStore): Promise<Guests> {
  const known = new Map<number, { begunAt: number; updates: number }>()
  for (const name of await files.list('guests')) {
    const stored = schema.safeParse(await files.read(`guests/${name}`))
    if (stored.success) known.set(Number(name), stored.data)
    else await files.remove(`guests/${name}`)
  }
  const isOver = ({ begunAt }: { begunAt: number }, now: number) =>
    now - begunAt > LIFETIME_MS || now < begunAt
  const forget = async (telegramId: number) => {
    if (known.delete(telegramId)) await files.remove(`guests/${telegramId}`)
  }
  const sweep = async (now: number) => {
    for (const [telegramId, guest] of [...known]) if (isOver(guest, now)) await forget(telegramId)
  }
  return {
    forget,
    sweep,
    has: (telegramId) => known.has(telegramId),
    async load(telegramId, now) {
      const guest = known.get(telegramId)
      if (guest === undefined) return null
      if (isOver(guest, now)) {
        await forget(telegramId)
        return null
      }
      const stored = schema.safeParse(await files.read(`guests/${telegramId}`))
      return stored.success ? readChatState(stored.data.state) : null
    },
    async hasRoom(now) {
      if (known.size >= AT_ONCE) await sweep(now)
      return known.size < AT_ONCE
    },
    async save(telegramId, state, now) {
      const before = known.get(telegramId) ?? { begunAt: now, updates: 0 }
      const guest = { begunAt: before.begunAt, updates: before.updates + 1 }
      if (guest.updates > MOST_UPDATES) {
        await forget(telegramId)
        return false
      }
      known.set(telegramId, guest)
      await files.write(`guests/${telegramId}`, { ...guest, state })
      return true
    },
  }
}
