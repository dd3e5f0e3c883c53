import type { Api, MiddlewareFn } from 'grammy'
import { ADMIN_COMMANDS, DEFAULT_COMMANDS, MEMBER_COMMANDS } from '../texts/chat/commands.ts'
import type { BotContext } from './context.ts'
import { describeError, type Logger } from './log.ts'

/** The menu of somebody whom the bot does not know yet: as little as there is to say. */
export async function setDefaultMenu(api: Api, log: Logger): Promise<void> {
  try {
    await api.setMyCommands([...DEFAULT_COMMANDS], { scope: { type: 'all_private_chats' } })
  } catch (error) {
    log.warn(describeError(error), 'cannot set the default menu')
  }
}

/** Gives each known person's chat its own menu, once a run of the bot and role; never holds an update up. */
export function rememberMenus({ log }: { log: Logger }): MiddlewareFn<BotContext> {
  const given = new Map<number, boolean>()
  return async (ctx, next) => {
    const { identity } = ctx
    if (identity !== undefined && given.get(identity.telegramId) !== identity.admin) {
      given.set(identity.telegramId, identity.admin)
      const commands = identity.admin ? ADMIN_COMMANDS : MEMBER_COMMANDS
      void ctx.api
        .setMyCommands([...commands], { scope: { type: 'chat', chat_id: identity.telegramId } })
        .catch((error: unknown) => log.warn(describeError(error), 'cannot set a menu'))
    }
    return next()
  }
}
