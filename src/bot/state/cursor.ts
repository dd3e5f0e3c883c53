import { z } from 'zod'
import type { FileStore } from './file-store.ts'

/** How far the worker's events were dealt with. */
export interface Cursor {
  /** The last event of which all work on cards is done. */
  after: number
  /** When the bot began to follow: what happened before is nobody's news. Epoch milliseconds. */
  since: number
}

const schema = z.object({ after: z.number().int().min(0), since: z.number() })

/** The cursor as it was saved; the first time, and for one that cannot be read, one that begins now, saved at once. */
export async function loadCursor(files: FileStore, now: number): Promise<Cursor> {
  const stored = schema.safeParse(await files.read('cursor'))
  if (stored.success) return stored.data
  const fresh = { after: 0, since: now }
  await files.write('cursor', fresh)
  return fresh
}

/** Durable when it resolves. */
export function saveCursor(files: FileStore, cursor: Cursor): Promise<void> {
  return files.write('cursor', cursor)
}
