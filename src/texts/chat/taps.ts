import type { AuditEntryView, RequestView, RunView } from '../../protocol/views.ts'
import { actorText } from '../actors.ts'
import { timeText } from '../duration.ts'
import type { Words } from '../words.ts'

/** For a tap on what is decided already: what it is, by whom, since when. */
export function alreadyDecided(words: Words, request: RequestView): string {
  const { id, state, decided_by: by, decided_at } = request
  if (state === 'draft' || state === 'submitted') return words.say('taps.card_changed')
  const at = decided_at === null ? '' : timeText(words, decided_at)
  const known = at === '' ? 'nothing' : by === null ? 'time' : 'all'
  return words.say(`taps.already.${state}`, { id, known, at, who: by === null ? '' : actorText(words, by) })
}

/** For a tap about a run whose request has come back meanwhile. */
export function alreadyRetried(
  words: Words,
  { id }: RequestView,
  first: Pick<AuditEntryView, 'actor' | 'at'> | null,
): string {
  if (first === null) return words.say('taps.already_back', { id })
  return words.say('taps.already_retried', {
    id,
    who: actorText(words, first.actor),
    at: timeText(words, first.at),
  })
}

/** For a tap about a run of which somebody took note meanwhile. */
export function alreadyClosed(words: Words, id: number, closed: NonNullable<RunView['closed']>): string {
  const values = { id, who: actorText(words, closed.by), at: timeText(words, closed.at) }
  return words.say(closed.kind === 'kept' ? 'taps.already_kept' : 'taps.already_abandoned', values)
}

/** Cut to what Telegram shows at a button: at most 200 characters (Bot API, answerCallbackQuery). */
export function alertText(text: string): string {
  const points = [...text]
  return points.length <= 200 ? text : `${points.slice(0, 199).join('')}…`
}
