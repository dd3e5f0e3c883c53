import type { Notify } from './notify.ts'

export interface Watched {
  notify: Notify
  /** How long the service manager waits for a sign of life before it kills and restarts, in milliseconds. */
  timeoutMs: number
  /** Whether what the process needs for any work still answers. Synchronous; what it throws counts as no. */
  isAnswering: () => boolean
  /** What it means when that says no, for the log. */
  silence: string
  onSilence: (error: unknown) => void
}

/** Signs a timeout: one that comes late on a loaded machine is not the last. */
const SIGNS = 3

/**
 * Gives a sign of life as long as the event loop really turns (the timer fires, and what the kernel has for us was looked at
 * after it) and `isAnswering`. Never keeps the process alive. Returns how to end it.
 */
export function startWatchdog({ notify, timeoutMs, isAnswering, silence, onSilence }: Watched): () => void {
  const timer = setInterval(() => setImmediate(sign), Math.max(1, Math.floor(timeoutMs / SIGNS)))
  timer.unref()
  function sign(): void {
    try {
      if (isAnswering()) notify('WATCHDOG=1')
      else onSilence(new Error(silence))
    } catch (error) {
      onSilence(error)
    }
  }
  sign()
  return () => clearInterval(timer)
}
