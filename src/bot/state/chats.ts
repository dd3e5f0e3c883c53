import type { ConversationData, VersionedState } from '@grammyjs/conversations'
import { z } from 'zod'
import { type QuietHours, zoneOf } from '../../domain/quiet-hours.ts'
import { LANGUAGES, type Language } from '../../texts/languages.ts'
import type { FileStore } from './file-store.ts'

/** What the bot keeps about the private chat of somebody that the worker knows. Nobody else gets one. */
export interface ChatState {
  /** The last update of this chat that was dealt with, by this bot, and when. */
  lastUpdate: { botId: number; id: number; at: number } | null
  /** As the worker said at the last update. */
  admin: boolean
  /** The dialogue under way, in the library's own form. */
  dialogue: VersionedState<ConversationData> | null
  /** The code that this person was asked for; null: none. Never the code itself. */
  awaitedCode: AwaitedCode | null
  /** When what can wait shall wait; null: never. */
  quiet: QuietHours | null
  /** The language that its person has chosen; null to speak as Telegram does. */
  chosenLanguage: Language | null
  /** What their Telegram spoke at the last update. */
  telegramLanguage: Language
}

/** A code that the next message may be. */
export type AwaitedCode = z.infer<typeof awaitedCode>

export interface Chats {
  /** A fresh copy at every call: changing it changes nothing until it is saved. */
  load(chatId: number): Promise<ChatState | null>
  save(chatId: number, state: ChatState): Promise<void>
  /** Removes everything about a chat; fine when there is nothing. */
  forget(chatId: number): Promise<void>
  /** Whether there is anything about this chat: the worker knew its person when they last wrote. */
  isKnown(chatId: number): boolean
  /** The chats of admins, as far as the bot knows. */
  admins(): number[]
}

const awaitedCode = z.object({
  cardId: z.string(),
  /** Of the plan that its person tapped: the card may show another one by now. */
  digest: z.string(),
  factor: z.enum(['totp', 'witness']),
  until: z.number(),
})
const minute = z.number().int().min(0).max(1439)
const quietHours = z.object({
  from: minute,
  to: minute,
  zone: z.string().refine((zone) => zoneOf(zone) !== null),
})

const schema = z.object({
  lastUpdate: z.object({ botId: z.number(), id: z.number(), at: z.number() }).nullable(),
  admin: z.boolean(),
  dialogue: z
    .custom<VersionedState<ConversationData>>((value) => typeof value === 'object' && value !== null)
    .nullable(),
  awaitedCode: awaitedCode.nullable().catch(null).default(null),
  quiet: quietHours.nullable().catch(null).default(null),
  // Absent in what earlier versions wrote.
  chosenLanguage: z.enum(LANGUAGES).nullable().catch(null),
  telegramLanguage: z.enum(LANGUAGES).catch('en'),
})

/** What was stored of a chat; null for anything else. */
export function readChatState(stored: unknown): ChatState | null {
  const parsed = schema.safeParse(stored)
  return parsed.success ? parsed.data : null
}

/** Only this process writes there: what chats there are is read once. */
export async function loadChats(files: FileStore): Promise<Chats> {
  /** Every chat there is, and whether it is an admin's. */
  const known = new Map<number, boolean>()
  const load = async (chatId: number): Promise<ChatState | null> =>
    readChatState(await files.read(`chats/${chatId}`))
  for (const chatId of (await files.list('chats')).map(Number).filter(Number.isSafeInteger)) {
    const state = await load(chatId)
    if (state !== null) known.set(chatId, state.admin)
  }
  return {
    load,
    async save(chatId, state) {
      await files.write(`chats/${chatId}`, state)
      known.set(chatId, state.admin)
    },
    async forget(chatId) {
      // Of strangers there is nothing, and looking for it would cost.
      if (!known.has(chatId)) return
      await files.remove(`chats/${chatId}`)
      known.delete(chatId)
    },
    isKnown: (chatId) => known.has(chatId),
    admins: () => [...known].filter(([, admin]) => admin).map(([chatId]) => chatId),
  }
}

/** What is kept of a chat before its first update was dealt with. */
export function newChat(): ChatState {
  return {
    lastUpdate: null,
    admin: false,
    dialogue: null,
    awaitedCode: null,
    quiet: null,
    chosenLanguage: null,
    telegramLanguage: 'en',
  }
}

/** The language that this chat speaks. */
export function languageOfChat({ chosenLanguage, telegramLanguage }: ChatState): Language {
  return chosenLanguage ?? telegramLanguage
}

/** Telegram keeps an update for at most 24 hours, and after a week of silence its ids may begin anywhere. */
const REDELIVERY_MS = 24 * 60 * 60 * 1000

/** Whether this update was dealt with already and is only delivered again. */
export function wasHandled(
  state: ChatState | null,
  update: { botId: number; id: number },
  now: number,
): boolean {
  const last = state?.lastUpdate
  if (last === undefined || last === null || last.botId !== update.botId) return false
  return update.id <= last.id && now - last.at < REDELIVERY_MS
}
