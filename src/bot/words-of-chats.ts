import { languageOf } from '../texts/languages.ts'
import type { AllWords, Words } from '../texts/words.ts'
import { type Chats, languageOfChat } from './state/chats.ts'
import type { Refusals } from './state/refusals.ts'

/**
 * The words of a private chat, for what is said there without an update at hand (cards, notices, welcomes): as its person has
 * chosen, else as their Telegram spoke last, also before they had access; else as `tag` says (IETF), and English where nothing is known.
 */
export type WordsOf = (chatId: number, tag?: string | null) => Promise<Words>

export function wordsOfChats(
  all: AllWords,
  { chats, refusals }: { chats: Chats; refusals: Refusals },
): WordsOf {
  return async (chatId, tag) => {
    const state = await chats.load(chatId)
    return all[state === null ? (refusals.languageOf(chatId) ?? languageOf(tag)) : languageOfChat(state)]
  }
}
