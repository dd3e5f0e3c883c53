import type { EventView } from '../../protocol/views.ts'
import type { AllWords } from '../../texts/words.ts'
import type { NoticeOptions } from '../event-notices.ts'
import type { Chats } from '../state/chats.ts'
import type { Unreachable } from '../state/unreachable.ts'
import type { EventDelivery } from './delivery.ts'
import type { Outboxes } from './outbox.ts'
import { isDecidedBy, routeOf } from './route.ts'

/** Sees to it that people are told: of what happens, and of who cannot be told. */
export interface Telling {
  /** Writes down who is to be told of this event; resolves when that is durable. Calls come in the order of the events. */
  hear(event: EventView): Promise<void>
  /** This chat cannot be written to: it waits, and the admins are told once. */
  lost(chatId: number): Promise<void>
  /** This person has just written: they can be written to, and may have changed when they want to be left alone. */
  heardFrom(chatId: number): Promise<void>
  /** Goes on with what was under way when the bot ended. */
  start(): Promise<void>
}

export interface TellingDeps {
  words: AllWords
  outboxes: Outboxes
  chats: Chats
  unreachable: Unreachable
  noticeOptions: NoticeOptions
  /** Shows this chat's cards as they are now. */
  refreshCards: (chatId: number) => void
  now: () => number
}

export function createTelling(deps: TellingDeps): Telling {
  const { outboxes, chats, unreachable } = deps

  const report = async () => {
    for (const { chatId: gone, since } of unreachable.unreported()) {
      const others = chats.admins().filter((chatId) => chatId !== gone)
      await Promise.all(
        others.map((chatId) => outboxes.putOwn(chatId, { kind: 'unreachable', chatId: gone, since })),
      )
      await unreachable.reported(gone)
    }
  }

  return {
    async hear(event) {
      if (event.request_id !== null) outboxes.withdraw((delivery) => isDecidedBy(event, delivery))
      const routed = routeOf(deps.words.en, event, deps.noticeOptions)
      if (routed.length === 0) return
      const admins = chats.admins()
      const perChat = new Map<number, EventDelivery[]>()
      for (const { to, delivery } of routed) {
        for (const chatId of to === 'admins' ? admins : [to]) {
          perChat.set(chatId, [...(perChat.get(chatId) ?? []), delivery])
        }
      }
      await Promise.all([...perChat].map(([chatId, all]) => outboxes.put(chatId, event.id, all)))
    },
    async lost(chatId) {
      await unreachable.note(chatId, deps.now())
      await report()
    },
    async heardFrom(chatId) {
      const wasGone = await unreachable.clear(chatId)
      outboxes.wake(chatId)
      if (wasGone) deps.refreshCards(chatId)
    },
    async start() {
      outboxes.start()
      await report()
    },
  }
}
