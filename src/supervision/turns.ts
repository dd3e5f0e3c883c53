/** Whether a loop that mostly waits for others still turns. */
export interface Turns {
  /** A turn begins; `restMs`: how long it will rest on purpose beside its work. */
  turned(restMs?: number): void
  isTurning(): boolean
}

/** No turn takes longer than this: a call to Telegram gives up after 90 s, one to the worker after 30. */
const TURN_MS = 180_000

/** Watches one loop. `now`: milliseconds of a clock that nobody sets. */
export function watchTurns(now: () => number, turnMs = TURN_MS): Turns {
  let due = now() + turnMs
  return {
    turned(restMs = 0) {
      due = now() + turnMs + restMs
    },
    isTurning: () => now() <= due,
  }
}
