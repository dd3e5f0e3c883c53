const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const

export interface Stopping {
  /** Aborted by the first signal that asks to end: what is under way is taken back first. */
  signal: AbortSignal
  /** The exit status that says which it was; null when none came. */
  status(): number | null
  /** Signals end the process again. */
  forget(): void
}

/** Hears the signals that ask this process to end. A second one of the same kind is not heard either: the taking back goes on. */
export function stoppingSignals(): Stopping {
  const controller = new AbortController()
  let status: number | null = null
  const listeners = SIGNALS.map(([name, number]) => {
    const listener = () => {
      status ??= number
      controller.abort()
    }
    process.on(name, listener)
    return { name, listener }
  })
  return {
    signal: controller.signal,
    status: () => status,
    forget: () => {
      for (const { name, listener } of listeners) process.off(name, listener)
    },
  }
}
