/** Milliseconds for people: `84 ms`, `1.2 s`. No line breaks before the unit. */
export function shortly(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)}\u00a0ms` : `${(ms / 1000).toFixed(1)}\u00a0s`
}

/** Each call says how long it is since the last one. */
export function stopwatch(): () => string {
  let last = performance.now()
  return () => {
    const now = performance.now()
    const text = shortly(now - last)
    last = now
    return text
  }
}
