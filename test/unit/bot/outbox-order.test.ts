import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLogger } from '../../../src/bot/log.ts'
import { loadChats } from '../../../src/bot/state/chats.ts'
import { createFileStore, type FileStore } from '../../../src/bot/state/file-store.ts'
import { loadOutboxes } from '../../../src/bot/state/outboxes.ts'
import { loadUnreachable } from '../../../src/bot/state/unreachable.ts'
import type { Delivery, EventDelivery } from '../../../src/bot/telling/delivery.ts'
import { createOutboxes, type Delivered } from '../../../src/bot/telling/outbox.ts'
import { isDecidedBy } from '../../../src/bot/telling/route.ts'

let folder: string
let files: FileStore
let told: string[]
let stop: AbortController
/** What becomes of a delivery. */
let outcome: (chatId: number, what: string) => Delivered | Promise<Delivered>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-outbox-'))
  files = createFileStore(folder)
  told = []
  outcome = () => 'done'
})
afterEach(async () => {
  stop.abort()
  await rm(folder, { recursive: true, force: true })
})

const notice = (id: number): EventDelivery => ({
  kind: 'notice',
  event: {
    ...{ id, at: id, type: 'reconcile.failed', request_id: null, run_id: null, subject_telegram_id: null },
    ...{ actor: 'worker', data: {}, previous_hash: '', hash: '' },
  },
})
const nameOf = (delivery: Delivery) =>
  'event' in delivery
    ? String(delivery.event.id)
    : delivery.kind === 'left_out'
      ? `left out ${delivery.count}`
      : delivery.kind

/** A bot's outboxes as they stand on the disk; the one before is as if it had been killed. */
async function open(passed = 0) {
  stop?.abort()
  stop = new AbortController()
  const outboxes = createOutboxes({
    ...{ files, passed, now: Date.now, log: createLogger('silent'), stopped: stop.signal },
    boxes: await loadOutboxes(files),
    chats: await loadChats(files),
    unreachable: await loadUnreachable(files),
    isUrgent: () => false,
    atMost: 25,
    onUnreachable: async () => undefined,
    async deliver(chatId, delivery) {
      const what = nameOf(delivery)
      const delivered = await outcome(chatId, what)
      if (delivered === 'done') told.push(`${chatId}: ${what}`)
      return delivered
    },
  })
  outboxes.start()
  return outboxes
}
const never = () => new Promise<Delivered>(() => undefined)

it('tells each chat in the order of events, and a chat that hangs holds no other up', async () => {
  outcome = (chatId) => (chatId === 1 ? never() : 'done')
  const outboxes = await open()
  for (let id = 1; id <= 20; id++) {
    await outboxes.put(1, id, [notice(id)])
    await outboxes.put(2, id, [notice(id)])
  }
  const wanted = Array.from({ length: 20 }, (_, index) => `2: ${index + 1}`)
  await expect.poll(() => told).toEqual(wanted)
  outcome = () => 'done'
  told.length = 0
  await open()
  await expect.poll(() => told).toEqual(Array.from({ length: 20 }, (_, index) => `1: ${index + 1}`))
})

it('adds an event once, however often it comes, also when it was told long ago', async () => {
  const first = await open()
  await first.put(1, 1, [notice(1)])
  await first.put(1, 1, [notice(1)])
  await expect.poll(() => told).toEqual(['1: 1'])
  await expect.poll(async () => (await loadOutboxes(files)).get(1)?.items).toEqual([])
  const second = await open()
  await second.put(1, 1, [notice(1)])
  await second.put(1, 2, [notice(2)])
  await expect.poll(() => told).toEqual(['1: 1', '1: 2'])
})

it('begins with what was under way when it was killed, and goes on behind it', async () => {
  outcome = (_, what) => (what === '2' ? never() : 'done')
  const first = await open()
  for (const id of [1, 2, 3]) await first.put(1, id, [notice(id)])
  await expect.poll(() => told).toEqual(['1: 1'])
  outcome = () => 'done'
  await expect.poll(async () => (await loadOutboxes(files)).get(1)?.items.length).toBe(2)
  await open()
  await expect.poll(() => told).toEqual(['1: 1', '1: 2', '1: 3'])
})

it('leaves out the oldest of far too many, and says how many', async () => {
  outcome = never
  const first = await open()
  for (let id = 1; id <= 45; id++) await first.put(1, id, [notice(id)])
  outcome = () => 'done'
  await open()
  await expect.poll(() => told.length, { timeout: 20_000 }).toBe(25)
  expect(told.slice(0, 2)).toEqual(['1: left out 21', '1: 22'])
  expect(told.at(-1)).toBe('1: 45')
})

it('leaves no file of a chat that was told everything and whose events are over', async () => {
  const outboxes = await open()
  await outboxes.put(1, 1, [notice(1)])
  await expect.poll(() => told).toEqual(['1: 1'])
  await outboxes.passed(1)
  await expect.poll(() => readdir(join(folder, 'outbox'))).toEqual([])
})

it('withdraws what is decided meanwhile, and keeps the order of the rest', async () => {
  outcome = never
  const first = await open()
  const asks = (id: number, requestId: number): EventDelivery => ({
    kind: 'card',
    event: { ...notice(id).event, type: 'request.submitted', request_id: requestId },
  })
  await first.put(1, 1, [notice(1)])
  await first.put(1, 2, [asks(2, 7)])
  await first.put(1, 3, [asks(3, 8)])
  first.withdraw((delivery) =>
    isDecidedBy({ ...notice(4).event, type: 'request.denied', request_id: 7 }, delivery),
  )
  await first.put(1, 5, [notice(5)])
  outcome = () => 'done'
  await open()
  await expect.poll(() => told).toEqual(['1: 1', '1: 3', '1: 5'])
})
