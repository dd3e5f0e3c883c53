import { z } from 'zod'
import type { FileStore } from './file-store.ts'

/** Whom the bot refused and when: the id and the time, nothing that they wrote. */
export interface Refusals {
  /** Whether this stranger is to be told now; if so, it is remembered. */
  tell(telegramId: number, now: number): Promise<boolean>
  /** Whether this Telegram user wrote to the bot lately. */
  has(telegramId: number): boolean
}

const AGAIN_AFTER_MS = 10 * 60 * 1000
const KEPT = 1000
const schema = z.record(z.string(), z.number())

/** Loads what is stored; `KEPT` refusals are remembered, the oldest are forgotten first. */
export async function loadRefusals(files: FileStore): Promise<Refusals> {
  const stored = schema.safeParse(await files.read('refusals'))
  const refused = new Map<string, number>(stored.success ? Object.entries(stored.data) : [])
  return {
    async tell(telegramId, now) {
      const key = String(telegramId)
      const last = refused.get(key)
      if (last !== undefined && now - last < AGAIN_AFTER_MS && now >= last) return false
      refused.delete(key)
      refused.set(key, now)
      if (refused.size > KEPT) {
        const [oldest] = [...refused].sort(([, a], [, b]) => a - b)
        if (oldest !== undefined) refused.delete(oldest[0])
      }
      await files.write('refusals', Object.fromEntries(refused))
      return true
    },
    has: (telegramId) => refused.has(String(telegramId)),
  }
}
