import { z } from 'zod'
import type { FileStore } from './file-store.ts'

/** Whether a newcomer could be told in their own chat. */
export type Told = 'told' | 'unreachable'

/** Of what: that the run has succeeded, or later that their Start has made the account active. */
export type News = 'welcome' | 'active'

export interface Newcomers {
  of(runId: number, news?: News): Promise<Told | null>
  note(runId: number, told: Told, news?: News): Promise<void>
}

const schema = z.enum(['told', 'unreachable'])

export function createNewcomers(files: FileStore): Newcomers {
  return {
    async of(runId, news = 'welcome') {
      const parsed = schema.safeParse(await files.read(nameOf(runId, news)))
      return parsed.success ? parsed.data : null
    },
    note: (runId, told, news = 'welcome') => files.write(nameOf(runId, news), told),
  }
}

function nameOf(runId: number, news: News): string {
  return news === 'welcome' ? `newcomers/${runId}` : `newcomers/${runId}-${news}`
}
