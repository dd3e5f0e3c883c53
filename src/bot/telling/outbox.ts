import { setTimeout as sleep } from 'node:timers/promises'
import { quietUntil } from '../../domain/quiet-hours.ts'
import { describeError, type Logger } from '../log.ts'
import type { Chats } from '../state/chats.ts'
import type { FileStore } from '../state/file-store.ts'
import { type Outbox, type OutboxItem, removeOutbox, saveOutbox } from '../state/outboxes.ts'
import type { Unreachable } from '../state/unreachable.ts'
import { type Delivery, type EventDelivery, keyOf } from './delivery.ts'

/**
 * `stopped`: the bot ended before it was told. `unreachable`: this chat cannot be written to, and it waits until that changes.
 */
export type Delivered = 'done' | 'stopped' | 'unreachable'

export interface OutboxesDeps {
  files: FileStore
  /** As they were loaded. */
  boxes: Map<number, Outbox>
  /** The last event that will not come again: the stored cursor. */
  passed: number
  chats: Chats
  unreachable: Unreachable
  deliver: (chatId: number, delivery: Delivery, how: { silent: boolean }) => Promise<Delivered>
  /** Whether it cannot wait until then. */
  isUrgent: (delivery: Delivery, quietUntil: number) => boolean
  /** Called when a delivery showed that a chat cannot be written to. */
  onUnreachable: (chatId: number) => Promise<void>
  now: () => number
  /** How many may wait in one chat; 1,000 when absent. */
  atMost?: number
  log: Logger
  stopped: AbortSignal
}

/**
 * What people have yet to be told: a durable queue for each chat, worked off one after another within a chat and independently
 * of all others.
 *
 * INVARIANTS: a delivery goes out in its chat only when all before it have, but for what is urgent in quiet hours; it is
 * taken off the queue after it went out, so a kill repeats at most the one that was under way; an event adds its deliveries
 * to a chat once, however often it comes.
 */
export interface Outboxes {
  /** Resolves when it is durable. Of one chat, calls come in the order of their events. */
  put(chatId: number, eventId: number, deliveries: readonly EventDelivery[]): Promise<void>
  /** For what no event brought; resolves when it is durable. What waits already is not put twice. */
  putOwn(chatId: number, delivery: Delivery): Promise<void>
  /** Takes what matters no more off every queue; it need not be durable, because whatever is delivered is looked at again. */
  withdraw(isOver: (delivery: Delivery) => boolean): void
  /** Looks at a chat again: it can be written to again, or its quiet hours were changed. */
  wake(chatId: number): void
  /** Begins with what was loaded. */
  start(): void
  /** Events up to this one will not come again. */
  passed(eventId: number): Promise<void>
  /** Begins nothing any more; resolves when nothing is going out. */
  finish(): Promise<void>
}

interface Chosen {
  item: OutboxItem
  silent: boolean
}

/** More would take a chat a quarter of an hour; the oldest are left out, and that is said. */
const AT_MOST = 1000
/** Clocks and settings are looked at again after this. */
const LOOK_AGAIN_MS = 20_000

export function createOutboxes(deps: OutboxesDeps): Outboxes {
  const { files, boxes, unreachable, now, log, stopped } = deps
  const serving = new Map<number, Promise<void>>()
  const underWay = new Set<Promise<void>>()
  let finishing = false
  /** The last event that will not come again. */
  let passed = deps.passed
  const wakers = new Map<number, AbortController>()
  const writes = new Map<number, { current: Promise<void>; next: Promise<void> | null }>()

  const boxOf = (chatId: number): Outbox => {
    const box = boxes.get(chatId) ?? { through: 0, items: [] }
    boxes.set(chatId, box)
    return box
  }

  /** Tries until it is written: nothing may be lost because a disk was full for a moment. */
  const write = async (chatId: number): Promise<void> => {
    while (!stopped.aborted) {
      try {
        return await saveOutbox(files, chatId, boxOf(chatId))
      } catch (error) {
        log.error(describeError(error), 'cannot write down what is to be told; trying again')
        await sleep(1000, undefined, { signal: stopped }).catch(() => undefined)
      }
    }
  }
  /** Resolves when everything up to now is durable; what comes close together is one write. */
  const store = (chatId: number): Promise<void> => {
    const running = writes.get(chatId)
    if (running === undefined) return begin(chatId)
    running.next ??= running.current.then(() => begin(chatId))
    return running.next
  }
  const begin = (chatId: number): Promise<void> => {
    const entry = { current: write(chatId), next: null as Promise<void> | null }
    writes.set(chatId, entry)
    void entry.current.then(() => {
      if (entry.next === null) writes.delete(chatId)
    })
    return entry.current
  }

  const add = (box: Outbox, delivery: Delivery) => {
    if (box.items.some((item) => keyOf(item.delivery) === keyOf(delivery))) return
    box.items.push({ delivery, at: now() })
    if (box.items.length > (deps.atMost ?? AT_MOST)) leaveOneOut(box)
  }

  /** The first item that may go out now; null when all have to wait. */
  const choose = async (chatId: number, box: Outbox): Promise<Chosen | null> => {
    const quiet = (await deps.chats.load(chatId))?.quiet ?? null
    const until = quietUntil(quiet, now())
    const [first] = box.items
    if (first === undefined) return null
    if (until === null) return { item: first, silent: quietUntil(quiet, first.at) !== null }
    const urgent = box.items.find(({ delivery }) => deps.isUrgent(delivery, until))
    return urgent === undefined ? null : { item: urgent, silent: false }
  }

  /** Tells one thing and takes it off the queue. */
  const tell = async (chatId: number, box: Outbox, { item, silent }: Chosen): Promise<void> => {
    let delivered: Delivered
    try {
      delivered = await deps.deliver(chatId, item.delivery, { silent })
    } catch (error) {
      if (stopped.aborted) return
      log.error(
        { kind: item.delivery.kind, ...describeError(error) },
        'cannot tell something; it is left out',
      )
      delivered = 'done'
    }
    if (delivered === 'stopped') return
    if (delivered === 'unreachable') return deps.onUnreachable(chatId)
    const index = box.items.indexOf(item)
    if (index >= 0) box.items.splice(index, 1)
    await store(chatId)
  }

  const mayGoOn = (chatId: number, box: Outbox) =>
    box.items.length > 0 && !unreachable.has(chatId) && !finishing && !stopped.aborted

  const serve = async (chatId: number, box: Outbox): Promise<void> => {
    while (mayGoOn(chatId, box)) {
      const waker = new AbortController()
      wakers.set(chatId, waker)
      const chosen = await choose(chatId, box)
      if (finishing) return
      if (chosen === null) {
        const signal = AbortSignal.any([stopped, waker.signal])
        await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined)
        continue
      }
      const telling = tell(chatId, box, chosen)
      underWay.add(telling)
      await telling.finally(() => underWay.delete(telling))
    }
    wakers.delete(chatId)
  }

  const work = (chatId: number) => {
    const box = boxOf(chatId)
    if (serving.has(chatId) || !mayGoOn(chatId, box)) return
    const served = serve(chatId, box)
      .catch((error: unknown) => log.error(describeError(error), 'cannot work off what is to be told'))
      .then(async () => {
        serving.delete(chatId)
        work(chatId)
        await tidy(chatId)
      })
      .catch((error: unknown) => log.error(describeError(error), 'cannot remove what was told'))
    serving.set(chatId, served)
  }

  /** Nothing is left of it, and nothing of it comes again. */
  const tidy = async (chatId: number) => {
    const box = boxes.get(chatId)
    if (box === undefined || box.items.length > 0 || box.through > passed) return
    if (serving.has(chatId) || writes.has(chatId) || stopped.aborted) return
    boxes.delete(chatId)
    await removeOutbox(files, chatId)
  }

  const nudge = (chatId: number) => {
    wakers.get(chatId)?.abort()
    work(chatId)
  }

  return {
    async put(chatId, eventId, deliveries) {
      const box = boxOf(chatId)
      if (eventId > box.through) {
        box.through = eventId
        for (const delivery of deliveries) add(box, delivery)
      }
      // Also for what was there already: it may be on its way to the disk.
      await store(chatId)
      nudge(chatId)
    },
    async putOwn(chatId, delivery) {
      add(boxOf(chatId), delivery)
      await store(chatId)
      nudge(chatId)
    },
    withdraw(isOver) {
      for (const box of boxes.values()) box.items = box.items.filter(({ delivery }) => !isOver(delivery))
    },
    wake: nudge,
    start() {
      for (const chatId of boxes.keys()) work(chatId)
    },
    async passed(eventId) {
      passed = eventId
      for (const chatId of [...boxes.keys()]) await tidy(chatId)
    },
    async finish() {
      finishing = true
      for (const waker of wakers.values()) waker.abort()
      await Promise.allSettled(underWay)
    },
  }
}

/** Makes room at the front, where `left_out` says how many there were. */
function leaveOneOut(box: Outbox): void {
  const [first] = box.items
  const before = first?.delivery.kind === 'left_out' ? first.delivery.count : 1
  const [, second] = box.items.splice(0, 2)
  box.items.unshift({ delivery: { kind: 'left_out', count: before + 1 }, at: second?.at ?? 0 })
}
