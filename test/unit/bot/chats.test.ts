import { expect, it } from 'vitest'
import { type ChatState, newChat, wasHandled } from '../../../src/bot/state/chats.ts'

const after = (id: number, at: number): ChatState => ({
  ...{ ...newChat(), admin: true },
  lastUpdate: { botId: 1, id, at },
})
const HOUR = 3_600_000

it('knows an update that was dealt with when it is delivered again', () => {
  expect(wasHandled(after(10, 0), { botId: 1, id: 10 }, HOUR)).toBe(true)
  expect(wasHandled(after(10, 0), { botId: 1, id: 9 }, HOUR)).toBe(true)
  expect(wasHandled(after(10, 0), { botId: 1, id: 11 }, HOUR)).toBe(false)
})

it('takes a low id for a new update after a day: Telegram begins anywhere after a week of silence', () => {
  expect(wasHandled(after(10, 0), { botId: 1, id: 3 }, 25 * HOUR)).toBe(false)
})

it('does not mix up the updates of two bots, and knows nothing of a new chat', () => {
  expect(wasHandled(after(10, 0), { botId: 2, id: 3 }, HOUR)).toBe(false)
  expect(wasHandled(null, { botId: 1, id: 3 }, HOUR)).toBe(false)
})
