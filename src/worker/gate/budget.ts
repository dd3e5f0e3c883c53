/** How much one listener serves. Each has its own, so that a flood on one leaves the others alone. */
export interface Limits {
  /** Open connections in all. */
  connections: number
  connectionsPerUid: number
  /** Event streams, which are connections too. */
  streamsPerUid: number
  /** Requests per second and uid; as many may come at once. */
  requestsPerSecond: number
}

/** Counts what each uid uses of one listener. */
export interface Budget {
  /** Takes a place for a connection; null when there is none left. Give it back exactly once. */
  takeConnection(uid: number): Release | null
  takeStream(uid: number): Release | null
  /** Whether this uid may have one more request answered now. */
  takeRequest(uid: number): boolean
}

export type Release = () => void

/** @param clock milliseconds, monotonic */
export function createBudget(limits: Limits, clock: () => number = () => performance.now()): Budget {
  const connections = counter()
  const streams = counter()
  const buckets = new Map<number, { tokens: number; at: number }>()
  return {
    takeConnection: (uid) =>
      connections.total() < limits.connections ? connections.take(uid, limits.connectionsPerUid) : null,
    takeStream: (uid) => streams.take(uid, limits.streamsPerUid),
    takeRequest: (uid) => {
      const now = clock()
      const full = limits.requestsPerSecond
      const bucket = buckets.get(uid) ?? { tokens: full, at: now }
      const tokens = Math.min(full, bucket.tokens + ((now - bucket.at) / 1000) * full)
      // A bucket that has been full for a while says nothing: memory stays bounded by the uids of the last second.
      if (buckets.size > 1000) {
        for (const [key, { at }] of buckets) if (now - at > 1000) buckets.delete(key)
      }
      const granted = tokens >= 1
      buckets.set(uid, { tokens: granted ? tokens - 1 : tokens, at: now })
      return granted
    },
  }
}

function counter() {
  const used = new Map<number, number>()
  let total = 0
  const add = (uid: number, change: 1 | -1) => {
    const count = (used.get(uid) ?? 0) + change
    total += change
    if (count === 0) used.delete(uid)
    else used.set(uid, count)
  }
  return {
    total: () => total,
    take: (uid: number, limit: number): Release | null => {
      if ((used.get(uid) ?? 0) >= limit) return null
      add(uid, 1)
      let released = false
      return () => {
        if (released) return
        released = true
        add(uid, -1)
      }
    },
  }
}
