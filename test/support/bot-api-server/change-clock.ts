/** A counter that moves whenever something changed that a person or a test could notice, and a way to wait for it. */
export interface ChangeClock {
  /** The number of changes so far. */
  now(): number
  /** Notes a change and wakes everybody who waits; returns the new number. */
  tick(): number
  /** Resolves with the current number once it is above `since`, or after `timeoutMs`; rejects when the server closes. */
  wait(since: number, timeoutMs: number): Promise<number>
  close(): void
}

export function createChangeClock(): ChangeClock {
  let count = 0
  let closed = false
  const waiting = new Set<() => void>()
  const wakeAll = () => {
    for (const wake of [...waiting]) wake()
  }
  return {
    now: () => count,
    tick() {
      count += 1
      wakeAll()
      return count
    },
    async wait(since, timeoutMs) {
      if (count <= since && timeoutMs > 0 && !closed) {
        await new Promise<void>((resolve) => {
          const wake = () => {
            clearTimeout(timer)
            waiting.delete(wake)
            resolve()
          }
          const timer = setTimeout(wake, timeoutMs)
          waiting.add(wake)
        })
      }
      if (closed) throw new Error('cannot wait for a change: the Bot API server was closed')
      return count
    },
    close() {
      closed = true
      wakeAll()
    },
  }
}
