/** The clock of this process; another one in tests. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number
  sleep(ms: number): Promise<void>
}

/** Not more than `limit` starts within `windowMs`. */
export interface Budget {
  limit: number
  windowMs: number
}

export interface Coalesced<Action> {
  action: Action
  /** Starts that the work took beyond its first: they count against the budget too. */
  countExtraStart(): void
}

/**
 * Runs work for many callers one at a time, as seldom as the budget asks, so that each caller gets the outcome of work that
 * *began after* its call: earlier work may not have seen what the caller changed.
 *
 * INVARIANTS
 * - At most one piece of work runs, and at most one waits; who comes while one waits joins it.
 * - What waits begins when the running one has settled and the budget allows; until then `merge` may widen its action.
 * - From its beginning nobody joins it any more: the slot is emptied in the same synchronous step that begins the work.
 * - The budget counts every beginning of the last `windowMs`, extra starts included; work that fails counts as well.
 */
export class Coalescer<Action, Outcome> {
  readonly #clock: Clock
  readonly #budget: Budget
  readonly #merge: (waiting: Action, joining: Action) => Action
  readonly #work: (coalesced: Coalesced<Action>) => Promise<Outcome>
  #starts: number[] = []
  #running: Promise<unknown> = Promise.resolve()
  #waiting: { action: Action; outcome: Promise<Outcome> } | null = null

  constructor(
    clock: Clock,
    budget: Budget,
    merge: (waiting: Action, joining: Action) => Action,
    work: (coalesced: Coalesced<Action>) => Promise<Outcome>,
  ) {
    this.#clock = clock
    this.#budget = budget
    this.#merge = merge
    this.#work = work
  }

  request(action: Action): Promise<Outcome> {
    if (this.#waiting !== null) {
      this.#waiting.action = this.#merge(this.#waiting.action, action)
      return this.#waiting.outcome
    }
    const waiting = { action, outcome: Promise.resolve() as unknown as Promise<Outcome> }
    waiting.outcome = this.#runAfter(this.#running, waiting)
    this.#running = waiting.outcome.catch(() => {})
    this.#waiting = waiting
    return waiting.outcome
  }

  async #runAfter(previous: Promise<unknown>, waiting: { action: Action }): Promise<Outcome> {
    await previous
    for (let pause = this.#untilAllowed(); pause > 0; pause = this.#untilAllowed())
      await this.#clock.sleep(pause)
    this.#waiting = null
    this.#starts.push(this.#clock.now())
    const countExtraStart = () => void this.#starts.push(this.#clock.now())
    return this.#work({ action: waiting.action, countExtraStart })
  }

  #untilAllowed(): number {
    const { limit, windowMs } = this.#budget
    const now = this.#clock.now()
    this.#starts = this.#starts.filter((start) => start > now - windowMs)
    const oldest = this.#starts.at(-limit)
    return oldest === undefined ? 0 : oldest + windowMs - now
  }
}
