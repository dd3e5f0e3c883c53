import type { RunChoice } from '../../domain/run.ts'
import type { RequestView, RunView } from '../../protocol/views.ts'
import { actorText } from '../actors.ts'
import { returnedLines } from '../differences.ts'
import { timeText } from '../duration.ts'
import { askedLines } from '../edits.ts'
import { undoneRunLines } from '../ended-runs.ts'
import type { Line } from '../line.ts'
import { plain } from '../plain.ts'
import { planLines } from '../plans.ts'
import { requestStateText, requestTitle } from '../requests.ts'
import { isAwaitingStart, isEnded, runLines } from '../runs.ts'
import { optional, type Values, type Words } from '../words.ts'
import { EMPTY, type Html, h, join, lineHtml } from './html.ts'

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
export function cardText(
  words: Words,
  request: RequestView,
  run: RunView | null,
  extras: CardExtras,
): CardText {
  if (run !== null && request.state === 'approved') return runCard(words, request, run, extras)
  const { id, host } = request
  const change = words.say(request.kind === 'undo' ? 'card.would_be_undone' : 'card.would_change')
  const lines: Line[] = [
    ...askedLines(words, request),
    { mark: 'none', text: '' },
    { mark: 'none', text: change },
    ...planLines(words, request.plan),
  ]
  const state = requestStateText(words, request.state)
  return {
    head: h`${titleOf(words, request)}
${words.html('card.state', { id, host, state })}
`,
    lines: lines.map(lineHtml),
    tail: tailOf(words, request, extras),
  }
}

function titleOf(words: Words, request: RequestView): Html {
  return words.html('card.title', { subject: requestTitle(words, request) })
}

export function goneCard(words: Words, requestId: number): CardText {
  return { head: words.html('card.gone', { id: requestId }), lines: [], tail: EMPTY }
}

function runCard(words: Words, request: RequestView, run: RunView, extras: CardExtras): CardText {
  const { id, host } = request
  const approved = request.approvals.map(({ by, via, at }) =>
    words.html('card.approved_by_at', { by: actorText(words, by), via, at: timeText(words, at) }),
  )
  const lines = isUnreached(run) ? undoneRunLines(words, run) : runLines(words, run)
  return {
    head: join([
      titleOf(words, request),
      words.html('card.of_run', { id, host, ended: isEnded(run.state) ? 'yes' : 'no' }),
      ...approved,
      h` `,
    ]),
    lines: lines.map(lineHtml),
    tail: join([
      ...(run.kind !== 'undo' && run.state === 'succeeded' ? [newcomerText(words, run, extras)] : []),
      ...whatNow(words, run, extras.offered),
    ]),
  }
}

const isUnreached = ({ state }: RunView) => state === 'undone' || state === 'failed'

/** What can be done about a run that did not reach its aim: what each button does, or what to type on the host. */
function whatNow(words: Words, run: RunView, offered: readonly RunChoice[]): Html[] {
  if (run.choices.includes('resume')) return [apart(words.html('card.resume', { id: run.id }))]
  if (!isUnreached(run) || offered.length === 0) return []
  return [
    h` `,
    ...(offered.includes('retry') ? [words.html('card.retry')] : []),
    ...(offered.includes('keep') ? [words.html('card.keep')] : []),
  ]
}

function newcomerText(words: Words, run: RunView, { told, startLink: link }: CardExtras): Html {
  if (told === null) return EMPTY
  const name = plain(run.subject.name, 64)
  const waits = isAwaitingStart(run)
  if (told === 'unreachable') {
    return apart(words.html('card.not_reached', { name, link, waits: waits ? 'yes' : 'no' }))
  }
  return apart(waits ? words.html('card.asked_for_start', { name, link }) : words.html('card.told', { name }))
}

function tailOf(words: Words, request: RequestView, extras: CardExtras): Html {
  const lapses = { at: timeText(words, request.expires_at) }
  switch (request.state) {
    case 'draft':
      return join([apart(words.html('card.draft', lapses)), ...factorLines(words, request)])
    case 'submitted':
      return join([
        h` `,
        ...returnedLines(words, request).map(lineHtml),
        ...request.approvals.map(({ by }) => words.html('card.approved_by', { by: actorText(words, by) })),
        ...request.missing.map((missing) => missingHtml(words, request, missing, extras)),
        ...factorLines(words, request),
        words.html('card.lapses', lapses),
      ])
    case 'approved':
      return apart(words.html('card.approved', decided(words, request)))
    case 'denied':
    case 'expired':
    case 'cancelled':
      return apart(words.html(`card.closed.${request.state}`, decided(words, request)))
  }
}

/** What stands between a tap and an approval in chat. */
function factorLines(words: Words, { frozen, missing, state, step_up: stepUp }: RequestView): Html[] {
  const decidable = state === 'draft' || missing.some(({ kind }) => kind === 'approvals')
  if (!decidable) return []
  if (frozen) return [words.html('factors.card_frozen')]
  return stepUp === 'totp' || stepUp === 'witness' ? [words.html(`factors.needs.${stepUp}`)] : []
}

type Missing = RequestView['missing'][number]

function missingHtml(words: Words, request: RequestView, missing: Missing, extras: CardExtras): Html {
  const { id } = request
  switch (missing.kind) {
    case 'approvals':
      return words.html('card.missing_approvals', { need: missing.need, have: missing.have })
    case 'hold':
      return words.html('card.missing_hold', { until: timeText(words, missing.until) })
    case 'terminal':
      return words.html('card.missing_terminal', { id })
    case 'consent': {
      const { os_user } = request.answers
      return extras.claimCode === null
        ? words.html('card.missing_consent', { id })
        : words.html('card.missing_consent_code', { id, os_user, code: extras.claimCode })
    }
  }
}

/** By whom, when and why it was decided, as far as it is known. */
function decided(words: Words, { decided_by: by, decided_at: at, reason }: RequestView): Values {
  return optional({
    by: by === null ? null : actorText(words, by),
    at: at === null ? null : timeText(words, at),
    reason,
  })
}

/** Below an empty line. */
function apart(html: Html): Html {
  return h`
${html}`
}
