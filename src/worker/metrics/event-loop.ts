import type { Tally } from './tally.ts'

/** Four samples a second find what blocks for long, and cost an idle worker nothing that could be measured. */
const EVERY_MS = 250

/** Samples how late timers are; never keeps the process alive. Returns what ends it. */
export function watchEventLoop(tally: Pick<Tally, 'eventLoop'>): () => void {
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    tally.eventLoop(Math.max(0, now - last - EVERY_MS) / 1000)
    last = now
  }, EVERY_MS)
  timer.unref()
  return () => clearInterval(timer)
}
