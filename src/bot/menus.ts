import type { Api, MiddlewareFn } from 'grammy'
import { adminCommands, defaultCommands, memberCommands } from '../texts/chat/commands.ts'
import { LANGUAGES } from '../texts/languages.ts'
import type { AllWords } from '../texts/words.ts'
import type { BotContext } from './context.ts'
import { describeError, type Logger } from './log.ts'

/** The menu of somebody whom the bot does not know yet, in the language of their Telegram: as little as there is to say. */
export async function setDefaultMenu(all: AllWords, api: Api, log: Logger): Promise<void> {
  const scope = { type: 'all_private_chats' } as const
  try {
    await api.setMyCommands(defaultCommands(all.en), { scope })
    for (const language of LANGUAGES) {
      await api.setMyCommands(defaultCommands(all[language]), { scope, language_code: language })
    }
  } catch (error) {
    log.warn(describeError(error), 'cannot set the default menu')
  }
}

/** The command menus of known people's chats. */
export interface Menus {
  /** Gives the chat of this update its menu, once a run of the bot, role and language; never holds an update up. */
  give(ctx: BotContext): void
}

export function createMenus({ log }: { log: Logger }): Menus {
  const given = new Map<number, { wanted: string; done: Promise<void> }>()
  return {
    give({ api, identity, words }) {
      if (identity === undefined) return
      const { telegramId, admin } = identity
      const wanted = `${admin} ${words.language}`
      const before = given.get(telegramId)
      if (before?.wanted === wanted) return
      const set = async () => {
        // One after another, or the older of two could be the last that Telegram takes.
        await before?.done
        try {
          await api.setMyCommands(admin ? adminCommands(words) : memberCommands(words), {
            scope: { type: 'chat', chat_id: telegramId },
          })
        } catch (error) {
          log.warn(describeError(error), 'cannot set a menu')
          if (given.get(telegramId)?.wanted === wanted) given.delete(telegramId)
        }
      }
      given.set(telegramId, { wanted, done: set() })
    },
  }
}

/** Gives whoever writes their menu. */
export function giveMenus(menus: Menus): MiddlewareFn<BotContext> {
  return (ctx, next) => {
    menus.give(ctx)
    return next()
  }
}
