import type { RunChoice } from '../../domain/run.ts'
import type { RequestView, RunView } from '../../protocol/views.ts'
import { actorText } from '../actors.ts'
import { returnedLines } from '../differences.ts'
import { timeText } from '../duration.ts'
import { undoneRunLines } from '../ended-runs.ts'
import type { Line } from '../line.ts'
import { answerLines } from '../people.ts'
import { plain } from '../plain.ts'
import { planLines } from '../plans.ts'
import { missingText, requestStateText, requestSubject } from '../requests.ts'
import { isAwaitingStart, isEnded, runLines } from '../runs.ts'
import { type Html, h, join, lineHtml } from './html.ts'

export const APPROVE_LABEL = '✅ Approve'
export const EDIT_LABEL = '✏️ Edit'
export const CANCEL_LABEL = 'Cancel'
export const DENY_LABEL = 'Deny'
export const RETRY_LABEL = '🔁 Retry'
export const UNDO_LABEL = '↩️ Undo'
export const KEEP_LABEL = '📌 Keep'

/** What a card shows: head and tail always, the lines as far as they fit. */
export interface CardText {
  head: Html
  lines: Html[]
  tail: Html
}

export interface CardExtras {
  claimCode: string | null
  /** Whether the newcomer could be told; null while that is open or nobody is to be told. */
  told: 'told' | 'unreachable' | null
  /** To be passed on when the bot may not write to them. */
  startLink: string
  /** What this admin may do about the run, each with a button. */
  offered: readonly RunChoice[]
}

/** A request as a card: for review while it is a draft, then its way to the decision, its run, and the receipt. */
export function cardText(request: RequestView, run: RunView | null, extras: CardExtras): CardText {
  if (run !== null && request.state === 'approved') return runCard(request, run, extras)
  const lines: Line[] = [
    ...answerLines(request.answers),
    { mark: 'none', text: '' },
    {
      mark: 'none',
      text: request.kind === 'undo' ? 'What would be undone:' : 'What would change on the host:',
    },
    ...planLines(request.plan),
  ]
  return {
    head: h`<b>${capital(requestSubject(request))}</b>
<i>Request ${request.id} on ${request.host}: ${requestStateText(request.state)}</i>
`,
    lines: lines.map(lineHtml),
    tail: tailOf(request, extras),
  }
}

export function goneCard(requestId: number): CardText {
  return {
    head: h`Request ${requestId} is no longer there, or it is not yours to see any more.`,
    lines: [],
    tail: h``,
  }
}

function runCard(request: RequestView, run: RunView, extras: CardExtras): CardText {
  const by = request.approvals.map(
    (approval) =>
      h`Approved by ${actorText(approval.by)} ${approval.via === 'terminal' ? 'on a terminal' : 'in chat'} at ${timeText(approval.at)}`,
  )
  return {
    head: join([
      h`<b>${capital(requestSubject(request))}</b>`,
      h`<i>Request ${request.id} on ${request.host}${isEnded(run.state) ? ', receipt' : ''}</i>`,
      ...by,
      h` `,
    ]),
    lines: (isUnreached(run) ? undoneRunLines(run) : runLines(run)).map(lineHtml),
    tail: join([
      ...(run.kind !== 'undo' && run.state === 'succeeded' ? [newcomerText(run, extras)] : []),
      ...whatNow(run, extras.offered),
    ]),
  }
}

const isUnreached = ({ state }: RunView) => state === 'undone' || state === 'failed'

/** What can be done about a run that did not reach its aim: what each button does, or what to type on the host. */
function whatNow(run: RunView, offered: readonly RunChoice[]): Html[] {
  if (run.choices.includes('resume')) {
    return [
      h`
To do by hand, on the host: set right what stands in the way above, then let the undo go on:
<code>sudo usher run resume ${run.id}</code>
or accept what is left: <code>sudo usher run abandon ${run.id} --reason TEXT</code>
Until then nobody can ask for anything else about this person.`,
    ]
  }
  if (!isUnreached(run) || offered.length === 0) return []
  return [
    h` `,
    ...(offered.includes('retry')
      ? [h`🔁 Retry: the same answers are planned anew, and come back here for approval.`]
      : []),
    ...(offered.includes('keep') ? [h`📌 Keep: it stays undone, and the matter is closed.`] : []),
  ]
}

function newcomerText(run: RunView, extras: CardExtras): Html {
  const name = plain(run.subject.name, 64)
  const waits = isAwaitingStart(run)
  if (extras.told === 'told') {
    return waits
      ? h`
✉️ ${name} was asked in their own chat to press Start. If they do not find it, pass this link on: ${extras.startLink}`
      : h`
✉️ ${name} was told in their own chat.`
  }
  if (extras.told === 'unreachable') {
    return h`
✉️ I may not write to ${name} yet. Pass this link on: ${extras.startLink}${waits ? '. The account becomes active when they press Start there.' : ''}`
  }
  return h``
}

function tailOf(request: RequestView, extras: CardExtras): Html {
  switch (request.state) {
    case 'draft':
      return h`
Nothing has changed yet. This draft lapses at ${timeText(request.expires_at)}.`
    case 'submitted':
      return join([
        h` `,
        ...returnedLines(request).map(lineHtml),
        ...request.approvals.map((approval) => h`✅ Approved by ${actorText(approval.by)}`),
        ...request.missing.map((missing) => missingHtml(request, missing, extras)),
        h`It lapses at ${timeText(request.expires_at)}.`,
      ])
    case 'approved':
      return h`
✅ Approved${decided(request)}. The run is about to begin.`
    case 'denied':
    case 'expired':
    case 'cancelled':
      return h`
❌ ${capital(requestStateText(request.state))}${decided(request)}${request.reason === null ? h`` : h`: ${request.reason}`}. Nothing was changed.`
  }
}

type Missing = RequestView['missing'][number]

function missingHtml(request: RequestView, missing: Missing, extras: CardExtras): Html {
  switch (missing.kind) {
    case 'approvals':
    case 'hold':
      return h`⏳ ${capital(missingText(missing, request.id))}.`
    case 'terminal':
      return h`⌨️ On the host, as root, type:
<code>sudo usher confirm ${request.id}</code>`
    case 'consent':
      return extras.claimCode === null
        ? h`🤝 ${capital(missingText(missing, request.id))}.`
        : h`🤝 The owner of <code>${request.answers.os_user}</code> agrees by typing, as that account:
<code>usher claim ${extras.claimCode}</code>
or root, with a reason: <code>sudo usher confirm ${request.id} --reason TEXT</code>`
  }
}

/** ` by Ada at 2026-11-21 01:09 UTC`, as far as it is known. */
export function decided(request: RequestView): string {
  const by = request.decided_by === null ? '' : ` by ${actorText(request.decided_by)}`
  const at = request.decided_at === null ? '' : ` at ${timeText(request.decided_at)}`
  return `${by}${at}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
