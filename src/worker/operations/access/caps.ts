import type { EngineContext } from '../../context.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/**
 * Whether this Telegram user may ask now: not blocked, nothing of theirs open, and below every cap. Who holds an invitation is
 * only held to the caps that are their own.
 */
export function mayAsk({ store, limits, clock, config }: EngineContext, telegramId: number): boolean {
  if (store.blocks.get(telegramId) !== null || store.access.openOf(telegramId) !== null) return false
  const now = clock()
  if (store.access.countSince(now - DAY, telegramId) >= limits.accessPerPersonAndDay) return false
  const { ask } = config.access
  if (ask === 'nobody') return false
  if (store.invitations.openedBy(telegramId) !== null) return true
  return (
    ask === 'anyone' &&
    store.access.countSince(now - HOUR) < limits.accessPerHour &&
    store.access.countWaiting() < limits.accessWaiting
  )
}
