import type { Update } from 'grammy/types'
import { beforeEach, expect, it } from 'vitest'
import { type Admission, createAdmission } from '../../../src/bot/updates/admission.ts'

const ADMIN = 1
let at: number
let admits: Admission
beforeEach(() => {
  at = 0
  admits = createAdmission({ isKnown: (id) => id === ADMIN, now: () => at })
})

const from = (id: number) => ({ update_id: 1, message: { from: { id } } }) as Update
const admitted = (ids: number[]) => ids.filter((id) => admits(from(id))).length
const many = (count: number, id: (n: number) => number) => Array.from({ length: count }, (_, n) => id(n))

it('looks at a start and a few answers of a stranger, and is silent to a flood', () => {
  expect(admitted(many(10, () => 7))).toBe(10)
  expect(admitted(many(990, () => 7))).toBe(0)
  at = 8000
  expect(admitted(many(10, () => 7))).toBe(2)
})

it('looks at no more than some strangers at once and ten a second, and at everything of people it knows', () => {
  expect(admitted(many(10_000, (n) => 100 + (n % 1000)))).toBe(60)
  expect(admitted(many(1000, () => ADMIN))).toBe(1000)
  at = 1000
  expect(admitted(many(1000, (n) => 5000 + n))).toBe(10)
})

it('does not look at what nobody has sent', () => {
  expect(admits({ update_id: 1, channel_post: {} } as unknown as Update)).toBe(false)
})
