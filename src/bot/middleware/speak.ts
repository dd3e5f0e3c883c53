import type { MiddlewareFn } from 'grammy'
import { languageOf } from '../../texts/languages.ts'
import type { AllWords } from '../../texts/words.ts'
import type { CardKeeper } from '../cards/keeper.ts'
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
    const before = ctx.chatState
    ctx.chatState = { ...before, telegramLanguage: languageOf(ctx.from?.language_code) }
    ctx.words = all[languageOfChat(ctx.chatState)]
    ctx.languageChanged = ctx.words.language !== languageOfChat(before)
    return next()
  }
}

/** Around what stores the chat's state: once another language is stored, the cards that still live in this chat are drawn in it. */
export function redrawCards({ keeper }: { keeper: CardKeeper }): MiddlewareFn<BotContext> {
  return async (ctx, next) => {
    await next()
    if (ctx.languageChanged === true && ctx.chatId !== undefined) void keeper.refreshChat(ctx.chatId)
  }
}
