import { describe, expect, test } from 'vitest'
import { createRateLimit } from '../../../../src/worker/operations/rate-limit.ts'

describe('a rate limit', () => {
  test('gives each key its uses in a window that slides', () => {
    const limit = createRateLimit(2, 100)
    expect([limit.take('a', 0), limit.take('a', 50), limit.take('a', 99), limit.take('b', 99)]).toEqual([
      true,
      true,
      false,
      true,
    ])
    expect([limit.take('a', 101), limit.take('a', 102), limit.take('a', 151)]).toEqual([true, false, true])
  })

  test('forgets the oldest key when there are too many', () => {
    const limit = createRateLimit(1, 1000)
    limit.take('first', 0)
    for (let index = 0; index < 10_000; index++) limit.take(`key ${index}`, 1)
    expect(limit.take('first', 2)).toBe(true)
  })
})
