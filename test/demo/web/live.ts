/** What the page is told, as it happens: each phone whole at first, then only what changed on it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Control } from '../../support/bot-api-server/control/control.ts'
import type { HostView } from './host-view.ts'
import { type MessageOnPhone, type PhoneView, viewPhone } from './phone-view.ts'

/** Edits of a live card come in quick succession; a screen needs no more than about 25 pictures a second. */
const AT_MOST_EVERY_MS = 40
const LOOK_AGAIN_MS = 1000

export type News =
  | { kind: 'phone'; phone: Omit<PhoneView, 'messages'>; changed: MessageOnPhone[]; gone: number[] }
  | { kind: 'host'; host: HostView }

export interface Live {
  /** Tells a new listener everything, then what changes. The answer ends that. */
  follow(tell: (news: News) => void): () => void
  /** Resolves when nothing is told any more. */
  close(): Promise<void>
}

interface Told {
  rest: string
  messages: Map<number, string>
}

export function createLive(options: {
  control: Control
  cast: readonly number[]
  lookAtHost: () => HostView
}): Live {
  const { control, cast, lookAtHost } = options
  const listeners = new Set<(phones: PhoneView[], host: HostView) => void>()
  const over = new AbortController()

  const look = async () => {
    const phones = await Promise.all(
      cast.map(async (id) =>
        viewPhone(await control.chat({ chat: id }), await control.commandMenu({ user: id })),
      ),
    )
    const host = lookAtHost()
    for (const listener of listeners) listener(phones, host)
  }

  const run = async () => {
    let since = -1
    while (!over.signal.aborted) {
      // The host changes without a message, so it is looked at now and then anyway.
      const { version } = await control.waitForChange({ since, timeout_ms: LOOK_AGAIN_MS })
      since = version
      if (listeners.size > 0) await look()
      await sleep(AT_MOST_EVERY_MS, undefined, { signal: over.signal })
    }
  }
  // Ends when it is told to, or with the Bot API server.
  const running = run().catch(() => {})

  return {
    follow(tell) {
      const told = new Map<number, Told>()
      let toldHost = ''
      const listener = (phones: PhoneView[], host: HostView) => {
        for (const phone of phones) {
          const news = newsOf(phone, told)
          if (news) tell(news)
        }
        const text = JSON.stringify(host)
        if (text !== toldHost) tell({ kind: 'host', host })
        toldHost = text
      }
      listeners.add(listener)
      void look().catch(() => {})
      return () => void listeners.delete(listener)
    },
    async close() {
      over.abort()
      listeners.clear()
      await running
    },
  }
}

function newsOf(phone: PhoneView, told: Map<number, Told>): News | null {
  const { messages, ...rest } = phone
  const before = told.get(phone.person)
  const now: Told = {
    rest: JSON.stringify(rest),
    messages: new Map(messages.map((message) => [message.id, JSON.stringify(message)])),
  }
  told.set(phone.person, now)
  const changed = messages.filter(({ id }) => before?.messages.get(id) !== now.messages.get(id))
  const gone = [...(before?.messages.keys() ?? [])].filter((id) => !now.messages.has(id))
  if (before?.rest === now.rest && changed.length === 0 && gone.length === 0) return null
  return { kind: 'phone', phone: rest, changed, gone }
}
