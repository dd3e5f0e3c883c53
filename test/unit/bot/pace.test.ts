import { expect, it } from 'vitest'
import { createPace } from '../../../src/bot/cards/pace.ts'

it('lets the first edit out at once', () => {
  expect(createPace().waitMs(1, 1000)).toBe(0)
})

it('takes edits that come close together as one', () => {
  const pace = createPace()
  pace.sent(1, 1000)
  expect(pace.waitMs(1, 1010)).toBe(190)
  expect(pace.waitMs(1, 1300)).toBe(0)
})

it('comes down to one a second in one chat, and leaves other chats alone', () => {
  const pace = createPace()
  let now = 0
  let edits = 0
  while (now < 60_000) {
    const wait = pace.waitMs(1, now)
    if (wait === 0) {
      pace.sent(1, now)
      edits += 1
    }
    now += Math.max(wait, 1)
  }
  expect(edits).toBeLessThanOrEqual(65)
  expect(edits).toBeGreaterThan(50)
  expect(pace.waitMs(2, now)).toBe(0)
})
