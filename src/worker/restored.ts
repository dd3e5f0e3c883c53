import { RESTORED_KEY } from '../store/backup.ts'
import type { EngineContext } from './context.ts'

/**
 * Puts into the history that it was put back from a backup, once, with the first start after it: what was in the history since then
 * is gone, and everybody who reads it shall see where. Inside the commit of the start.
 */
export function sayRestored({ store, events }: Pick<EngineContext, 'store' | 'events'>): void {
  const left = store.meta.get(RESTORED_KEY)
  if (left === null || left === '') return
  const { at, backup_at, from_host } = JSON.parse(left) as {
    at: number
    backup_at: number
    from_host: string
  }
  const nothing = { requestId: null, runId: null, telegramId: null }
  events.append('worker.restored', nothing, 'operator', { at, backup_at, from_host })
  store.meta.set(RESTORED_KEY, '')
}
