import { z } from 'zod'
import type { FileStore } from './file-store.ts'

/** Whether a newcomer could be told in their own chat. */
export type Told = 'told' | 'unreachable'

export interface Newcomers {
  of(runId: number): Promise<Told | null>
  note(runId: number, told: Told): Promise<void>
}

const schema = z.enum(['told', 'unreachable'])

export function createNewcomers(files: FileStore): Newcomers {
  return {
    async of(runId) {
      const parsed = schema.safeParse(await files.read(`newcomers/${runId}`))
      return parsed.success ? parsed.data : null
    },
    note: (runId, told) => files.write(`newcomers/${runId}`, told),
  }
}
