import type { MiddlewareFn } from 'grammy'
import { languageOf } from '../../texts/languages.ts'
import type { AllWords } from '../../texts/words.ts'
import type { BotContext } from '../context.ts'
import { languageOfChat } from '../state/chats.ts'

/** Before anything is known of the chat: the words of whatever Telegram says about this update's sender. */
export function speakAsTelegram(all: AllWords): MiddlewareFn<BotContext> {
  return (ctx, next) => {
    ctx.words = all[languageOf(ctx.from?.language_code)]
    return next()
  }
}

/** Within the chat's state: remembers what their Telegram speaks, and speaks what they have chosen instead. */
export function speakAsChosen(all: AllWords): MiddlewareFn<BotContext> {
  return (ctx, next) => {
    ctx.chatState = { ...ctx.chatState, telegramLanguage: languageOf(ctx.from?.language_code) }
    ctx.words = all[languageOfChat(ctx.chatState)]
    return next()
  }
}
