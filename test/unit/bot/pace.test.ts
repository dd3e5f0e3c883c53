import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPace, type Pace } from '../../../src/bot/telegram/pace.ts'

let pace: Pace
const never = new AbortController().signal
beforeEach(() => {
  vi.useFakeTimers()
  pace = createPace(() => Date.now())
})
afterEach(() => {
  vi.useRealTimers()
})

/** When each of these many turns in a chat came, in milliseconds from now. */
function turns(chatId: number, count: number): number[] {
  const begin = Date.now()
  const times: number[] = []
  for (let n = 0; n < count; n++) void pace.turn(chatId, never).then(() => times.push(Date.now() - begin))
  return times
}

describe('turns', () => {
  it('come at once after a quiet time', async () => {
    const times = turns(1, 1)
    await vi.advanceTimersByTimeAsync(0)
    expect(times).toEqual([0])
  })

  it('are a moment apart in one chat', async () => {
    const times = turns(1, 2)
    await vi.advanceTimersByTimeAsync(1000)
    expect(times).toEqual([0, 200])
  })

  it('come down to one a second in one chat, and leave other chats alone', async () => {
    const times = turns(1, 100)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(times.length).toBeLessThanOrEqual(65)
    expect(times.length).toBeGreaterThan(50)
    const others = turns(2, 1)
    await vi.advanceTimersByTimeAsync(0)
    expect(others).toEqual([0])
  })

  it('are fewer than 30 within any second over all chats, and come in the order in which they were asked for', async () => {
    const begin = Date.now()
    const given: { chatId: number; at: number }[] = []
    for (let chatId = 1; chatId <= 200; chatId++) {
      void pace.turn(chatId, never).then(() => given.push({ chatId, at: Date.now() - begin }))
    }
    await vi.advanceTimersByTimeAsync(20_000)
    expect(given.map(({ chatId }) => chatId)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
    for (const { at } of given) {
      expect(given.filter((one) => one.at >= at && one.at < at + 1000).length).toBeLessThan(30)
    }
    expect(given.at(-1)?.at).toBeLessThan(8000)
  })

  it('that are given back, or not waited for any more, are the next ones', async () => {
    const [first] = [pace.take(1)]
    for (let n = 0; n < 4; n++) pace.take(1)
    const gone = new AbortController()
    const left = pace.turn(1, gone.signal)
    const times = turns(1, 1)
    gone.abort()
    expect(await left).toBeNull()
    await vi.advanceTimersByTimeAsync(1000)
    expect(times).toEqual([])
    first?.giveBack()
    first?.giveBack()
    await vi.advanceTimersByTimeAsync(0)
    expect(times).toEqual([1000])
  })
})

describe('a refusal', () => {
  it('holds its chat for as long as Telegram says, and no other', async () => {
    pace.refused(1, 3000)
    const held = turns(1, 1)
    const other = turns(2, 1)
    await vi.advanceTimersByTimeAsync(2999)
    expect([held, other]).toEqual([[], [0]])
    expect([pace.heldMs(1), pace.heldMs(2)]).toEqual([1, 0])
    await vi.advanceTimersByTimeAsync(1)
    expect(held).toEqual([3000])
  })

  it('in a second chat meanwhile, or in none, holds all', async () => {
    pace.refused(1, 2000)
    pace.refused(2, 5000)
    const third = turns(3, 1)
    await vi.advanceTimersByTimeAsync(4999)
    expect(third).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(third).toEqual([5000])
    pace.refused(null, 1000)
    expect(pace.heldMs(4)).toBe(1000)
  })
})

it('answers count overall and not in their chat, where people set the pace', async () => {
  for (let n = 0; n < 27; n++) pace.answered()
  const times = turns(1, 1)
  await vi.advanceTimersByTimeAsync(999)
  expect(times).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(times).toEqual([1000])
})
