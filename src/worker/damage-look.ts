import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../store/store.ts'
import type { EngineLog } from './context.ts'

/** How long after the start; what was interrupted has its turn first. In milliseconds. */
const AFTER_MS = 2000

export interface DamageLook {
  /** Resolves with what is damaged; never when nothing is. */
  found: Promise<string>
  stop(): void
}

/** Looks once through a database that was too large to be looked through before it was used. */
export function startDamageLook(
  store: Pick<Store, 'laterDamage'>,
  log: EngineLog,
  afterMs = AFTER_MS,
): DamageLook {
  const abort = new AbortController()
  const { laterDamage } = store
  const found = new Promise<string>((resolve) => {
    if (laterDamage === null) return
    const look = async () => {
      await sleep(afterMs, undefined, { signal: abort.signal, ref: false })
      const damage = await laterDamage(abort.signal)
      if (damage !== null) resolve(`the database is damaged (${damage}); move it away and restore a backup`)
    }
    look().catch((err: unknown) => {
      if (!abort.signal.aborted) log.error({ err }, 'cannot look through the database')
    })
  })
  return { found, stop: () => abort.abort() }
}
