import type { Update } from 'grammy/types'

/** An update before it got its number. */
export type UpdateContent = Omit<Update, 'update_id'>

/**
 * The updates that wait for one bot. They stay until a later `take` acknowledges them by its offset, so that a bot which
 * died after it received them gets them again.
 */
export interface UpdateQueue {
  /** Queues an update; undefined when the bot asked not to get this type. */
  push(content: UpdateContent): Update | undefined
  /** `getUpdates`: forgets everything below `offset` (negative: all but the last `-offset`), returns up to `limit`. */
  take(offset: number, limit: number): Update[]
  /** A webhook has taken this one. */
  remove(updateId: number): void
  /** Sets the wanted types; an empty list means the default, undefined keeps the setting. */
  allow(types: string[] | undefined): void
  allowed(): string[]
  pending(): readonly Update[]
  /** Forgets all pending updates. */
  clear(): void
  /** Calls back after each push until the returned function is called. */
  onPush(listener: () => void): () => void
}

/** Types that Telegram only sends when they are asked for. */
const OPT_IN = ['chat_member', 'message_reaction', 'message_reaction_count']
const MAX_PENDING = 10_000

export function createUpdateQueue(firstId = 100_000_001): UpdateQueue {
  let nextId = firstId
  let types: string[] = []
  let pending: Update[] = []
  const listeners = new Set<() => void>()
  const wanted = (type: string) => (types.length === 0 ? !OPT_IN.includes(type) : types.includes(type))
  return {
    push(content) {
      const type = Object.keys(content)[0]
      if (type === undefined || !wanted(type)) return undefined
      const update: Update = { update_id: nextId, ...content }
      nextId += 1
      pending.push(update)
      if (pending.length > MAX_PENDING) pending.shift()
      for (const listener of [...listeners]) listener()
      return update
    },
    take(offset, limit) {
      if (offset > 0) pending = pending.filter((update) => update.update_id >= offset)
      if (offset < 0) pending = pending.slice(offset)
      return pending.slice(0, limit)
    },
    remove(updateId) {
      pending = pending.filter((update) => update.update_id !== updateId)
    },
    allow(wantedTypes) {
      if (wantedTypes) types = wantedTypes
    },
    allowed: () => types,
    pending: () => pending,
    clear() {
      pending = []
    },
    onPush(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
