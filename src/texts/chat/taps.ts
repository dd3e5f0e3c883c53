import type { AuditEntryView, RequestView, RunView } from '../../protocol/views.ts'
import { actorText } from '../actors.ts'
import { timeText } from '../duration.ts'
import { requestStateText } from '../requests.ts'
import { decided } from './cards.ts'

/** Words that pop up at a button: at most 200 characters (Bot API, answerCallbackQuery). */
export const APPROVED = 'Approved.'
export const SUBMITTED = 'Your approval is noted. The card says what is still missing.'
export const CANCELLED = 'Cancelled. Nothing was changed.'
export const RETRIED = 'It is planned anew. The card shows the plan as it is now.'
export const KEPT = 'Noted: it stays undone.'
export const DENIED = 'Denied. Nothing was changed.'
export const CARD_UNKNOWN =
  'This card is not the current one. Please use the newest card of this request; nothing was done.'
export const CARD_CHANGED = 'The card has changed since. Please look at it again; nothing was done.'
export const CARD_TAMPERED =
  'This card does not show what I sent. Nothing was done. Somebody else may be using my token: tell whoever runs the host.'
export const NOT_YOURS = 'This button belongs to somebody else. Nothing was done.'
export const NOT_HERE = 'I only work in a private chat. Nothing was done.'
export const FINISH_FIRST = 'Another dialogue is open here. Finish it or send /cancel first.'
export const NOT_EDITABLE = 'Only a draft can be edited. Cancel this one and begin again.'
export const BUTTON_UNKNOWN = 'I do not know this button. Nothing was done.'
export const NOT_KNOWN = 'I do not know you. Nothing was done.'
export const NO_ANSWER_FROM_WORKER =
  'The worker does not answer right now. Nothing was decided; please tap again in a moment.'

/** For a tap on what is decided already: what it is, by whom, since when. */
export function alreadyDecided(request: RequestView): string {
  return `Request ${request.id} is ${requestStateText(request.state)} already${decided(request)}.`
}

/** For a tap about a run whose request has come back meanwhile. */
export function alreadyRetried(
  request: RequestView,
  first: Pick<AuditEntryView, 'actor' | 'at'> | null,
): string {
  const who = first === null ? '' : `: ${actorText(first.actor)} retried it at ${timeText(first.at)}`
  return `Request ${request.id} has come back already${who}. The card shows the new plan.`
}

/** For a tap about a run of which somebody took note meanwhile. */
export function alreadyClosed(runId: number, closed: NonNullable<RunView['closed']>): string {
  const said = closed.kind === 'kept' ? 'stays undone' : 'was given up as it is'
  return `Run ${runId} ${said} already: ${actorText(closed.by)} said so at ${timeText(closed.at)}.`
}

/** [Undo] has asked for it. */
export function undoAsked(requestId: number): string {
  return `Request ${requestId} asks for the undo. Its card shows what would be undone, and what to type on the host.`
}

/** Cut to what Telegram shows at a button. */
export function alertText(text: string): string {
  const points = [...text]
  return points.length <= 200 ? text : `${points.slice(0, 199).join('')}…`
}
