import { Composer, InlineKeyboard } from 'grammy'
import { askLanguage, languageLabel, languageSet } from '../../texts/chat/language.ts'
import { LANGUAGES, type Language } from '../../texts/languages.ts'
import type { AllWords } from '../../texts/words.ts'
import type { BotContext } from '../context.ts'
import type { Menus } from '../menus.ts'
import { languageOfChat } from '../state/chats.ts'
import { problemOf } from '../telegram/errors.ts'
import { answerTap } from '../telegram/taps.ts'

export interface LanguageCommandDeps {
  words: AllWords
  menus: Menus
}

/** Buttons of the languages begin with this; `g:` alone goes by Telegram. */
const PREFIX = 'g:'

/** `/language [NAME]`: what the bot speaks here, for whoever it knows. A dialogue under way keeps the language that it began in. */
export function languageCommand({ words: all, menus }: LanguageCommandDeps): Composer<BotContext> {
  const composer = new Composer<BotContext>()
  /** Null: as in Telegram. */
  const choose = (ctx: BotContext, chosenLanguage: Language | null) => {
    ctx.chatState = { ...ctx.chatState, chosenLanguage }
    ctx.words = all[languageOfChat(ctx.chatState)]
    ctx.languageChanged = true
    menus.give(ctx)
  }

  composer
    .filter((ctx) => ctx.message?.forward_origin === undefined)
    .command('language', async (ctx) => {
      const named = ctx.match.trim().toLowerCase()
      const known = LANGUAGES.find(
        (one) => named === one || named === languageLabel(all, ctx.words, one).toLowerCase(),
      )
      if (known !== undefined) {
        choose(ctx, known)
        await ctx.reply(languageSet(ctx.words).html, { parse_mode: 'HTML' })
        return
      }
      const keyboard = new InlineKeyboard()
      for (const language of LANGUAGES) {
        keyboard.text(languageLabel(all, ctx.words, language), `${PREFIX}${language}`)
      }
      keyboard.row().text(languageLabel(all, ctx.words, null), PREFIX)
      await ctx.reply(askLanguage(ctx.words).html, { parse_mode: 'HTML', reply_markup: keyboard })
    })

  composer.on('callback_query:data', async (ctx, next) => {
    const { data } = ctx.callbackQuery
    const chosenLanguage = LANGUAGES.find((language) => data === `${PREFIX}${language}`) ?? null
    if (chosenLanguage === null && data !== PREFIX) return next()
    choose(ctx, chosenLanguage)
    await answerTap(ctx)
    try {
      await ctx.editMessageText(languageSet(ctx.words).html, { parse_mode: 'HTML' })
    } catch (error) {
      const { kind } = problemOf(error)
      if (kind === 'message_gone') await ctx.reply(languageSet(ctx.words).html, { parse_mode: 'HTML' })
      else if (kind !== 'not_modified') throw error
    }
  })

  return composer
}
