import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLogger } from '../../../src/bot/log.ts'
import { loadChats } from '../../../src/bot/state/chats.ts'
import { createFileStore, type FileStore } from '../../../src/bot/state/file-store.ts'
import { loadOutboxes } from '../../../src/bot/state/outboxes.ts'
import { loadUnreachable } from '../../../src/bot/state/unreachable.ts'
import type { Delivery, EventDelivery } from '../../../src/bot/telling/delivery.ts'
import { createOutboxes } from '../../../src/bot/telling/outbox.ts'

const CHAT = 7
let folder: string
let files: FileStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-outbox-'))
  files = createFileStore(folder)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const notice = (id: number): EventDelivery => ({
  kind: 'notice',
  event: {
    ...{ id, at: 0, type: 'reconcile.failed', request_id: null, run_id: null },
    ...{ actor: 'worker', subject_telegram_id: null, data: {}, previous_hash: '', hash: '' },
  },
})

/** Outboxes as after a start; `told` is what went out, in order. */
async function opened(isOpen: () => boolean) {
  const told: string[] = []
  const stopped = new AbortController()
  const unreachable = await loadUnreachable(files)
  const outboxes = createOutboxes({
    ...{ files, boxes: await loadOutboxes(files), passed: 0, chats: await loadChats(files), unreachable },
    deliver: async (_, delivery) => {
      if (!isOpen()) return 'unreachable'
      told.push(nameOf(delivery))
      return 'done'
    },
    isUrgent: () => false,
    atMost: 300,
    onUnreachable: (chatId) => unreachable.note(chatId, 0),
    ...{ now: () => 0, log: createLogger('silent'), stopped: stopped.signal },
  })
  outboxes.start()
  return { outboxes, told, unreachable, stop: () => stopped.abort() }
}

const nameOf = (delivery: Delivery) => {
  if (delivery.kind === 'left_out') return `${delivery.count} left out`
  return 'event' in delivery ? `event ${delivery.event.id}` : delivery.kind
}

it('of more than a chat can take the oldest are left out, the rest keeps its order, and that is said first', async () => {
  const before = await opened(() => false)
  const ids = Array.from({ length: 310 }, (_, index) => index + 1)
  await Promise.all(ids.map((id) => before.outboxes.put(CHAT, id, [notice(id)])))
  await before.outboxes.finish()
  before.stop()
  const stored = (await loadOutboxes(files)).get(CHAT)?.items.map(({ delivery }) => nameOf(delivery))
  expect(stored).toEqual(['11 left out', ...ids.slice(11).map((id) => `event ${id}`)])
  const after = await opened(() => true)
  await after.unreachable.clear(CHAT)
  after.outboxes.wake(CHAT)
  await expect.poll(() => after.told.slice(0, 3)).toEqual(['11 left out', 'event 12', 'event 13'])
  after.stop()
})

it('an event that comes again after a kill is told once', async () => {
  const first = await opened(() => false)
  for (const id of [1, 2]) await first.outboxes.put(CHAT, id, [notice(id)])
  first.stop()
  const again = await opened(() => true)
  await again.unreachable.clear(CHAT)
  for (const id of [1, 2, 3]) await again.outboxes.put(CHAT, id, [notice(id)])
  await expect.poll(() => again.told).toEqual(['event 1', 'event 2', 'event 3'])
  again.stop()
})

it('what was told is not told again when its event comes again after a kill', async () => {
  const first = await opened(() => true)
  await first.outboxes.put(CHAT, 1, [notice(1)])
  await expect.poll(() => first.told).toEqual(['event 1'])
  await expect.poll(async () => (await loadOutboxes(files)).get(CHAT)?.items).toEqual([])
  first.stop()
  const again = await opened(() => true)
  for (const id of [1, 2]) await again.outboxes.put(CHAT, id, [notice(id)])
  await expect.poll(() => again.told).toEqual(['event 2'])
  again.stop()
})
