import { setTimeout as sleep } from 'node:timers/promises'
import type { Api } from 'grammy'
import { z } from 'zod'
import { splitMessages } from '../texts/chat/fit.ts'
import type { Html } from '../texts/chat/html.ts'
import type { Words } from '../texts/words.ts'
import type { Chats } from './state/chats.ts'
import type { FileStore } from './state/file-store.ts'
import { problemOf } from './telegram/errors.ts'
import type { WordsOf } from './words-of-chats.ts'
import { isAway, type WorkerCalls } from './worker-calls.ts'

/**
 * Messages to every admin about one event of the worker. Who was told is written down after each, so that a bot which was killed goes
 * on with those who were not; only whom it was just telling may hear it twice.
 */
export interface Notices {
  /** Resolves when everybody was told who can be; what `linesIn` gives in each one's words is split over as many messages as it needs. */
  tellAdmins(eventId: number, linesIn: (words: Words) => readonly Html[]): Promise<void>
  /** Whom the event concerns were told, and the event is not delivered again: what was written down for it goes. */
  forget(eventId: number): Promise<void>
}

export interface NoticesDeps {
  wordsOf: WordsOf
  api: Api
  worker: WorkerCalls
  chats: Chats
  files: FileStore
  stopped: AbortSignal
}

const schema = z.array(z.number())

export function createNotices(deps: NoticesDeps): Notices {
  const { files, chats } = deps
  const nameOf = (eventId: number) => `notices/${eventId}`
  return {
    async tellAdmins(eventId, linesIn) {
      const stored = schema.safeParse(await files.read(nameOf(eventId)))
      const told = new Set(stored.success ? stored.data : [])
      for (const chatId of await chats.admins()) {
        if (told.has(chatId) || !(await isAdmin(deps, chatId))) continue
        const lines = linesIn(await deps.wordsOf(chatId))
        for (const html of splitMessages(lines)) await send(deps, chatId, html)
        told.add(chatId)
        await files.write(nameOf(eventId), [...told])
      }
    },
    forget: (eventId) => files.remove(nameOf(eventId)),
  }
}

/** Whether this is an admin's chat by what the worker says now; waits for a worker that is away. */
async function isAdmin({ worker, stopped }: NoticesDeps, chatId: number): Promise<boolean> {
  for (;;) {
    const who = await worker.call('whoami', {}, { onBehalfOf: chatId })
    if (!isAway(who)) return who.ok && who.admin
    await sleep(1000, undefined, { signal: stopped })
  }
}

/** Sends it, as long as it takes; somebody who blocked the bot is not told. */
async function send({ api, stopped }: NoticesDeps, chatId: number, html: string): Promise<void> {
  for (let pause = 500; ; pause = Math.min(pause * 2, 30_000)) {
    try {
      await api.sendMessage(chatId, html, { parse_mode: 'HTML', link_preview_options: { is_disabled: true } })
      return
    } catch (error) {
      const problem = problemOf(error)
      if (problem.kind === 'unreachable') return
      if (problem.kind !== 'later') throw error
      await sleep(problem.afterMs ?? pause, undefined, { signal: stopped })
    }
  }
}
