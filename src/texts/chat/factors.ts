import type { ApiError } from '../../protocol/errors.ts'
import type { EventView } from '../../protocol/views.ts'
import { actorText } from '../actors.ts'
import type { Words } from '../words.ts'
import type { Html } from './html.ts'

/** Why a code was not taken, and what can be done. */
export function codeRefusedText(words: Words, { params = {} }: ApiError): string {
  const why = String(params['why'])
  if (params['factor'] === 'witness') {
    return why === 'wrong'
      ? words.say('factors.refused.witness_wrong', { left: Number(params['left'] ?? 0) })
      : words.say(why === 'spent' ? 'factors.refused.spent' : 'factors.refused.witness_none')
  }
  switch (why) {
    case 'wrong':
      return words.say('factors.refused.wrong', { left: Number(params['left'] ?? 0) })
    case 'used':
    case 'none':
    case 'disabled':
      return words.say(`factors.refused.${why}`)
    default:
      return words.say('factors.refused.unreadable')
  }
}

/** What every admin is told about approvals in chat as a whole; null for all other events. */
export function factorNotice(
  words: Words,
  { type, actor, data, subject_telegram_id: id }: EventView,
): Html | null {
  switch (type) {
    case 'chat.frozen':
      // The alarm that caused it says more.
      return actor === 'bot'
        ? null
        : words.html('factors.frozen', { by: actorText(words, { key: actor, name: null }) })
    case 'chat.unfrozen':
      return words.html('factors.unfrozen')
    case 'chat.alarm':
      return words.html('factors.alarm', { kind: String(data['kind']) })
    case 'factor.disabled':
      return words.html('factors.disabled', { id: id ?? 0 })
    default:
      return null
  }
}
