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
  /** When what can wait shall wait; null: never. */
  quiet: QuietHours | null
  /** The language that its person has chosen; null to speak as Telegram does. */
  chosenLanguage: Language | null
  /** What their Telegram spoke at the last update. */
  telegramLanguage: Language
}

export interface Chats {
  /** A fresh copy at every call: changing it changes nothing until it is saved. */
  load(chatId: number): Promise<ChatState | null>
  save(chatId: number, state: ChatState): Promise<void>
  /** Removes everything about a chat; fine when there is nothing. */
  forget(chatId: number): Promise<void>
  /** The chats of admins, as far as the bot knows. */
  admins(): Promise<number[]>
}

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
  quiet: quietHours.nullable().catch(null).default(null),
  // Absent in what earlier versions wrote.
  chosenLanguage: z.enum(LANGUAGES).nullable().catch(null),
  telegramLanguage: z.enum(LANGUAGES).catch('en'),
})

export function createChats(files: FileStore): Chats {
  /** Read once: only this process writes here. */
  let admins: Promise<Set<number>> | null = null
  const readAdmins = async () => {
    const ids = (await files.list('chats')).map(Number).filter(Number.isSafeInteger)
    const states = await Promise.all(ids.map(async (id) => ({ id, state: await load(id) })))
    return new Set(states.filter(({ state }) => state?.admin === true).map(({ id }) => id))
  }
  const knownAdmins = () => {
    admins ??= readAdmins()
    return admins
  }
  const load = async (chatId: number): Promise<ChatState | null> => {
    const parsed = schema.safeParse(await files.read(`chats/${chatId}`))
    return parsed.success ? parsed.data : null
  }
  return {
    load,
    async save(chatId, state) {
      const known = await knownAdmins()
      await files.write(`chats/${chatId}`, state)
      if (state.admin) known.add(chatId)
      else known.delete(chatId)
    },
    async forget(chatId) {
      const known = await knownAdmins()
      await files.remove(`chats/${chatId}`)
      known.delete(chatId)
    },
    admins: async () => [...(await knownAdmins())],
  }
}

/** What is kept of a chat before its first update was dealt with. */
export function newChat(): ChatState {
  return {
    lastUpdate: null,
    admin: false,
    dialogue: null,
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
