import type { Api, MiddlewareFn } from 'grammy'
import { type Command, defaultCommands, menuOf } from '../texts/chat/commands.ts'
import { LANGUAGES } from '../texts/languages.ts'
import type { AllWords, Words } from '../texts/words.ts'
import { commandsOf } from './commands/table.ts'
import type { BotContext } from './context.ts'
import { describeError, type Logger } from './log.ts'
import type { WordsOf } from './words-of-chats.ts'
import type { WorkerCalls } from './worker-calls.ts'

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

/** The command menus of known people's chats: each has exactly what its person may do. */
export interface Menus {
  /** Gives the chat of this update its menu, once a run of the bot, role and language; never holds an update up. */
  give(ctx: BotContext): void
  /** Their chat has the menu of strangers again; for somebody who is not known any more. */
  takeBack(telegramId: number): void
  /** What somebody may do may have changed: asks the worker, and gives or takes back. */
  refresh(telegramId: number): Promise<void>
}

export interface MenusDeps {
  api: Api
  worker: WorkerCalls
  wordsOf: WordsOf
  log: Logger
}

/** What a chat has that nobody gave a menu. */
const STRANGERS = ''

/** What Telegram refuses is tried again with their next update. */
export function createMenus({ api, worker, wordsOf, log }: MenusDeps): Menus {
  const given = new Map<number, { wanted: string; done: Promise<void> }>()

  const change = (telegramId: number, wanted: string, act: () => Promise<unknown>) => {
    const before = given.get(telegramId)
    if (before?.wanted === wanted) return
    const set = async () => {
      // One after another, or the older of two could be the last that Telegram takes.
      await before?.done
      try {
        await act()
      } catch (error) {
        log.warn(describeError(error), 'cannot set a menu')
        if (given.get(telegramId)?.wanted === wanted) given.delete(telegramId)
      }
    }
    given.set(telegramId, { wanted, done: set() })
  }

  const set = (telegramId: number, words: Words, commands: readonly Command[]) =>
    change(telegramId, `${words.language} ${commands.join(' ')}`, () =>
      api.setMyCommands(menuOf(words, commands), { scope: { type: 'chat', chat_id: telegramId } }),
    )
  const takeBack = (telegramId: number) =>
    change(telegramId, STRANGERS, () =>
      api.deleteMyCommands({ scope: { type: 'chat', chat_id: telegramId } }),
    )

  return {
    give({ identity, words }) {
      if (identity !== undefined) set(identity.telegramId, words, commandsOf(identity.permissions))
    },
    takeBack,
    async refresh(telegramId) {
      const who = await worker.call('whoami', {}, { onBehalfOf: telegramId })
      // A worker that is away says nothing about anybody; their next update does.
      if (!who.ok && who.error.code !== 'not_permitted' && who.error.code !== 'not_found') return
      if (who.ok && (who.admin || who.person !== null)) {
        set(telegramId, await wordsOf(telegramId), commandsOf(new Set(who.permissions)))
      } else takeBack(telegramId)
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
