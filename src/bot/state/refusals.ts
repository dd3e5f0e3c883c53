import { z } from 'zod'
import { LANGUAGES, type Language } from '../../texts/languages.ts'
import type { FileStore } from './file-store.ts'

/** Whom the bot refused and when: the id, the time and the language of their Telegram, nothing that they wrote. */
export interface Refusals {
  /** Whether this stranger is to be told now; if so, it is remembered. */
  tell(telegramId: number, language: Language, now: number): Promise<boolean>
  /** Whether this Telegram user wrote to the bot lately. */
  has(telegramId: number): boolean
  /** What their Telegram spoke then; null for somebody who did not write lately. */
  languageOf(telegramId: number): Language | null
}

const AGAIN_AFTER_MS = 10 * 60 * 1000
const KEPT = 1000
const refusal = z.object({ at: z.number(), language: z.enum(LANGUAGES).catch('en') })
type Refusal = z.infer<typeof refusal>
// Once it was the time alone.
const schema = z.record(
  z.string(),
  z.preprocess((value) => (typeof value === 'number' ? { at: value } : value), refusal),
)

/** Loads what is stored; `KEPT` refusals are remembered, the oldest are forgotten first. */
export async function loadRefusals(files: FileStore): Promise<Refusals> {
  const stored = schema.safeParse(await files.read('refusals'))
  const refused = new Map<string, Refusal>(stored.success ? Object.entries(stored.data) : [])
  return {
    async tell(telegramId, language, now) {
      const key = String(telegramId)
      const last = refused.get(key)?.at
      if (last !== undefined && now - last < AGAIN_AFTER_MS && now >= last) return false
      refused.delete(key)
      refused.set(key, { at: now, language })
      if (refused.size > KEPT) {
        const [oldest] = [...refused].sort(([, a], [, b]) => a.at - b.at)
        if (oldest !== undefined) refused.delete(oldest[0])
      }
      await files.write('refusals', Object.fromEntries(refused))
      return true
    },
    has: (telegramId) => refused.has(String(telegramId)),
    languageOf: (telegramId) => refused.get(String(telegramId))?.language ?? null,
  }
}
