import { InlineKeyboard } from 'grammy'
import type { Words } from '../texts/words.ts'

/** The data of the button that begins asking for access; it decides nothing, so it is bound to nothing. */
export const BEGIN_ASKING = 'ask:begin'

/** What a stranger may tap to ask for access. */
export function askButton(words: Words): InlineKeyboard {
  return new InlineKeyboard().text(words.say('access.ask_label'), BEGIN_ASKING)
}
