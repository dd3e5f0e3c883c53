import { z } from 'zod'
import type { FileStore } from './file-store.ts'

const schema = z.record(z.string(), z.object({ since: z.number(), reported: z.boolean() }))

/** Who cannot be written to: they blocked the bot, deleted their account, or never pressed Start. */
export interface Unreachable {
  has(chatId: number): boolean
  /** Remembers it for good before it resolves; what was known already stays as it is. */
  note(chatId: number, now: number): Promise<void>
  /** Those that nobody was told of yet. */
  unreported(): { chatId: number; since: number }[]
  reported(chatId: number): Promise<void>
  /** They wrote. False when they were not noted. */
  clear(chatId: number): Promise<boolean>
}

const KEPT = 1000

export async function loadUnreachable(files: FileStore): Promise<Unreachable> {
  const stored = schema.safeParse(await files.read('unreachable'))
  const known = new Map(stored.success ? Object.entries(stored.data) : [])
  const save = () => files.write('unreachable', Object.fromEntries(known))
  return {
    has: (chatId) => known.has(String(chatId)),
    async note(chatId, now) {
      if (known.has(String(chatId))) return
      known.set(String(chatId), { since: now, reported: false })
      const [oldest] = known.keys()
      if (known.size > KEPT && oldest !== undefined) known.delete(oldest)
      await save()
    },
    unreported: () =>
      [...known]
        .filter(([, { reported }]) => !reported)
        .map(([chatId, { since }]) => ({ chatId: Number(chatId), since })),
    async reported(chatId) {
      const entry = known.get(String(chatId))
      if (entry === undefined) return
      known.set(String(chatId), { ...entry, reported: true })
      await save()
    },
    async clear(chatId) {
      if (!known.delete(String(chatId))) return false
      await save()
      return true
    },
  }
}
