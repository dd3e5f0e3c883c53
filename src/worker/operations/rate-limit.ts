/** Counts uses per key in a sliding window; forgets keys that were idle for a window. In memory: a restart forgives. */
export interface RateLimit {
  /** Takes one use; false when there is none left. */
  take(key: string, now: number): boolean
}

/** Keys kept at once; beyond that the oldest is forgotten, so that a flood of keys costs no memory. */
const MAX_KEYS = 10_000

export function createRateLimit(uses: number, windowMs: number): RateLimit {
  const taken = new Map<string, number[]>()
  return {
    take(key, now) {
      const recent = (taken.get(key) ?? []).filter((at) => now - at < windowMs)
      const allowed = recent.length < uses
      if (allowed) recent.push(now)
      taken.delete(key)
      taken.set(key, recent)
      const [oldest] = taken.keys()
      if (taken.size > MAX_KEYS && oldest !== undefined) taken.delete(oldest)
      return allowed
    },
  }
}
