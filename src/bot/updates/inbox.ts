import type { Update } from 'grammy/types'
import { z } from 'zod'
import type { FileStore } from '../state/file-store.ts'

/**
 * Updates that Telegram was told to forget before they were dealt with, because something slow must not hold up what comes
 * behind them. Each is a file until it is dealt with; only updates of people the worker knows are ever kept.
 */
export interface Inbox {
  /** Durable when it resolves. */
  note(update: Update): Promise<void>
  /** Dealt with; fine when it was never noted. */
  remove(updateId: number): Promise<void>
  /** What a bot that ended left behind, the oldest first. */
  left(): Promise<Update[]>
}

/** Telegram wrote the rest of it, and it was an update when it was noted. */
const schema = z.custom<Update>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'update_id' in value &&
    Number.isSafeInteger(value.update_id),
)

export function createInbox(files: FileStore): Inbox {
  const noted = new Set<number>()
  return {
    async note(update) {
      noted.add(update.update_id)
      await files.write(nameOf(update.update_id), update)
    },
    async remove(updateId) {
      if (noted.delete(updateId)) await files.remove(nameOf(updateId))
    },
    async left() {
      const names = (await files.list('inbox')).sort((a, b) => Number(a) - Number(b))
      const updates: Update[] = []
      for (const name of names) {
        const parsed = schema.safeParse(await files.read(`inbox/${name}`))
        if (!parsed.success) continue
        noted.add(parsed.data.update_id)
        updates.push(parsed.data)
      }
      return updates
    },
  }
}

function nameOf(updateId: number): string {
  return `inbox/${updateId}`
}
