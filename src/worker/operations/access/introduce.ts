import type { EngineContext, Operation } from '../../context.ts'
import { refuseAccess } from '../ownership.ts'

const KEY = 'bot-username'

/** What the bot is called on Telegram: as the config has it, else as it said; null when neither. */
export function botUsername({ config, store }: Pick<EngineContext, 'config' | 'store'>): string | null {
  return config.telegram.botUsername ?? store.meta.get(KEY)
}

/** The bot says what it is called. A lie of a stolen bot makes links that lead to another one; the config stands above it. */
export const botIntroduce: Operation<'bot.introduce'> = async (context, caller, { username }) => {
  const refused = refuseAccess('bot.introduce', caller, 'own', 'you')
  if (refused !== null) return refused
  return {
    effect() {
      if (context.store.meta.get(KEY) !== username) context.store.meta.set(KEY, username)
      return { ok: true, output: {} }
    },
  }
}
