import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Clock, Coalescer } from '../../../../../src/provisioning/host/services/coalescing.ts'

/** A clock that jumps to whatever is waited for next, once nothing else can happen. */
class FakeClock implements Clock {
  time = 0
  readonly #sleepers: { at: number; wake: () => void }[] = []

  now(): number {
    return this.time
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ at: this.time + ms, wake }))
  }

  /** Runs until nobody sleeps any more, or until `until`. */
  async run(until = Number.POSITIVE_INFINITY): Promise<void> {
    for (;;) {
      for (let turns = 0; turns < 5; turns++) await turn()
      const next = this.#sleepers.sort((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > until) break
      this.#sleepers.shift()
      this.time = next.at
      next.wake()
    }
    if (until !== Number.POSITIVE_INFINITY) this.time = until
  }
}

const budget = { limit: 3, windowMs: 10_000 }
type Begun = { at: number; action: string }

function machine(workMs = 300, fail = false) {
  const clock = new FakeClock()
  const begun: Begun[] = []
  const coalescer = new Coalescer<string, Begun>(
    clock,
    budget,
    (waiting, joining) => (waiting === 'restart' ? waiting : joining),
    async ({ action }) => {
      const start = { at: clock.now(), action }
      begun.push(start)
      await clock.sleep(workMs)
      if (fail) throw new Error('broken')
      return start
    },
  )
  return { clock, begun, coalescer }
}

describe('coalesced work', () => {
  test('of twenty callers at once is done once', async () => {
    const { clock, begun, coalescer } = machine()
    const outcomes = Array.from({ length: 20 }, () => coalescer.request('restart'))
    await clock.run()
    expect(begun).toHaveLength(1)
    expect(new Set(await Promise.all(outcomes)).size).toBe(1)
  })

  test('that has begun is not shared by who comes later: they get one that begins after their call', async () => {
    const { clock, begun, coalescer } = machine(300)
    const first = coalescer.request('restart')
    await clock.run(100)
    const later = [coalescer.request('restart'), coalescer.request('restart')]
    await clock.run()
    expect(begun.map(({ at }) => at)).toEqual([0, 300])
    expect((await first).at).toBe(0)
    expect((await Promise.all(later)).map(({ at }) => at)).toEqual([300, 300])
  })

  test('begins at most three times in ten seconds and then waits', async () => {
    const { clock, begun, coalescer } = machine(10)
    const outcomes: Promise<Begun>[] = []
    for (let at = 0; at < 2_000; at += 100) {
      await clock.run(at)
      outcomes.push(coalescer.request('restart'))
    }
    await clock.run()
    await Promise.all(outcomes)
    expect(begun.map(({ at }) => at)).toEqual([0, 100, 200, 10_000])
  })

  test('takes the stronger action of those that share it', async () => {
    const { clock, begun, coalescer } = machine()
    const both = [coalescer.request('reload'), coalescer.request('restart'), coalescer.request('reload')]
    await clock.run()
    expect(begun).toEqual([{ at: 0, action: 'restart' }])
    await Promise.all(both)
  })

  test('that fails fails for those who shared it and for nobody later', async () => {
    const { clock, begun, coalescer } = machine(10, true)
    const shared = [coalescer.request('restart'), coalescer.request('restart')].map((outcome) =>
      expect(outcome).rejects.toThrow('broken'),
    )
    await clock.run(5)
    const later = expect(coalescer.request('restart')).rejects.toThrow('broken')
    await clock.run()
    await Promise.all([...shared, later])
    expect(begun).toHaveLength(2)
  })

  test('counts the starts that the work took beyond its first', async () => {
    const clock = new FakeClock()
    const begun: number[] = []
    const coalescer = new Coalescer<null, void>(
      clock,
      budget,
      () => null,
      async ({ countExtraStart }) => {
        begun.push(clock.now())
        countExtraStart()
        countExtraStart()
      },
    )
    const first = coalescer.request(null)
    await clock.run(1)
    await first
    const second = coalescer.request(null)
    await clock.run()
    await second
    expect(begun).toEqual([0, 10_000])
  })
})

test('whenever callers come and however long work takes, nobody misses theirs and the budget holds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 1, max: 5_000 }),
      async (gaps, workMs) => {
        const { clock, begun, coalescer } = machine(workMs)
        const calls: { at: number; outcome: Promise<Begun> }[] = []
        let at = 0
        for (const gap of gaps) {
          at += gap
          await clock.run(at)
          calls.push({ at, outcome: coalescer.request('restart') })
        }
        await clock.run()
        for (const call of calls) expect((await call.outcome).at).toBeGreaterThanOrEqual(call.at)
        for (const [index, { at: start }] of begun.entries()) {
          const previous = begun[index - 1]
          if (previous) expect(start).toBeGreaterThanOrEqual(previous.at + workMs)
          const fourthLast = begun[index - 3]
          if (fourthLast) expect(start - fourthLast.at).toBeGreaterThanOrEqual(budget.windowMs)
        }
      },
    ),
    { numRuns: 40 },
  )
})
