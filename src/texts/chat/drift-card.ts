import type { ApiError } from '../../protocol/errors.ts'
import type { FindingView, ReconciliationView } from '../../protocol/views.ts'
import { timeText } from '../duration.ts'
import { errorText } from '../errors.ts'
import { failureText } from '../failures.ts'
import { findingLines, findingsBySubject, reconciliationLine, skippedLines } from '../findings.ts'
import type { Line } from '../line.ts'
import { plain } from '../plain.ts'
import { optional, type Words } from '../words.ts'
import type { CardText } from './cards.ts'
import { EMPTY, type Html, h, join, lineHtml } from './html.ts'

type Repair = ReconciliationView['requests'][number]

/** How far one repair is. `waiting`: approved in chat, and something else is missing. */
export type RepairState = 'asked' | 'waiting' | 'running' | 'repaired' | 'failed' | 'denied' | 'dropped'

/** What has become of a repair that a reconciliation asked for. */
export function repairState({ state, missing, run_state }: Repair): RepairState {
  if (state === 'submitted' || state === 'draft') {
    return missing.some(({ kind }) => kind === 'approvals') ? 'asked' : 'waiting'
  }
  if (state !== 'approved') return state === 'denied' ? 'denied' : 'dropped'
  if (run_state === 'succeeded') return 'repaired'
  return run_state === 'undone' || run_state === 'failed' || run_state === 'cancelled' ? 'failed' : 'running'
}

/** Whether nothing about it will change by itself or by a tap. A replaced one only waits for what is under way. */
export function isOver(found: ReconciliationView, replaced: boolean): boolean {
  const states = new Set(found.requests.map(repairState))
  return !states.has('running') && (replaced || !(states.has('asked') || states.has('waiting')))
}

const MARKS: Record<RepairState, Line['mark']> = {
  running: 'doing',
  asked: 'will',
  waiting: 'will',
  repaired: 'done',
  failed: 'failed',
  denied: 'kept',
  dropped: 'already',
}
const ORDER = Object.keys(MARKS) as RepairState[]

/** Commands to type that are named one by one; more are summed up. */
const COMMANDS_SHOWN = 5

/**
 * A reconciliation as a card: what is so now, who differs in what, and what can be done about it.
 *
 * @param around.replacedBy a later reconciliation that has its own card in this chat
 * @param around.offered whether this admin has the buttons
 */
export function driftCardText(
  words: Words,
  found: ReconciliationView,
  around: { replacedBy: number | null; offered: boolean },
): CardText {
  return {
    head: headOf(words, found),
    lines: [
      ...repairLines(words, found),
      ...listed(words, 'drift_card.to_do', byHand(found)),
      ...listed(words, 'drift_card.not_asked', notAsked(found)),
      ...skippedLines(words, found),
    ].map(lineHtml),
    tail: tailOf(words, found, around),
  }
}

function headOf(words: Words, found: ReconciliationView): Html {
  const states = found.requests.map(repairState)
  const countOf = (state: RepairState) => states.filter((one) => one === state).length
  const done = countOf('repaired') + countOf('failed')
  const all = done + countOf('running')
  const hand = byHand(found).length
  return join([
    words.html('drift_card.head', { title: words.say(`drift_card.title.${titleOf(found)}`) }),
    words.html('drift_card.about', {
      ...optional({ id: found.id }),
      ...{ at: timeText(words, found.ended_at), people: found.people },
    }),
    h` `,
    ...(found.why === null ? [] : [lineHtml({ mark: 'failed', text: plain(found.why, 500) })]),
    ...ORDER.filter((state) => countOf(state) > 0).map((state) => {
      const text = words.say(`drift_card.count.${state}`, { count: countOf(state), done, all })
      return lineHtml({ mark: MARKS[state], text })
    }),
    ...(hand === 0
      ? []
      : [lineHtml({ mark: 'failed', text: words.say('drift_card.by_hand', { count: hand }) })]),
    h` `,
  ])
}

type Title = 'failed' | 'running' | 'differs' | 'in_part' | 'repaired' | 'clean'

function titleOf(found: ReconciliationView): Title {
  if (found.outcome === 'failed') return 'failed'
  const states = new Set(found.requests.map(repairState))
  if (states.has('running')) return 'running'
  if (states.has('asked') || states.has('waiting')) return 'differs'
  if (states.has('failed')) return 'in_part'
  if (states.has('repaired')) return byHand(found).length > 0 ? 'in_part' : 'repaired'
  return found.findings.length === 0 ? 'clean' : 'differs'
}

/** Person by person: what a repair would add, and what has become of it. */
function repairLines(words: Words, found: ReconciliationView): Line[] {
  return found.requests.flatMap((repair): Line[] => {
    const state = repairState(repair)
    const { id, name, os_user, failure, telegram_id } = repair
    const cause: Line[] =
      state === 'failed' && failure !== null
        ? [{ mark: 'failed', text: failureText(words, failure), indent: 1 }]
        : []
    const values = { id, name: plain(name, 64), os_user: plain(os_user, 64), ...approvalsOf(repair) }
    const text = words.say(`drift_card.person.${state}`, values)
    const mine = found.findings.filter((one) => one.repairable && one.telegram_id === telegram_id)
    const findings = state === 'repaired' ? [] : mine.flatMap((finding) => findingLines(words, finding))
    return [{ mark: state === 'asked' ? 'none' : MARKS[state], text }, ...cause, ...findings]
  })
}

/** Whether somebody has approved it, and it needs more of them. */
function approvalsOf({ missing }: Repair) {
  const approvals = missing.find((one) => one.kind === 'approvals')
  const isBegun = approvals !== undefined && approvals.have > 0
  return optional({ have: isBegun ? approvals.have : null, need: isBegun ? approvals.need : null })
}

/** What no repair would set right. */
function byHand(found: ReconciliationView): FindingView[] {
  return found.findings.filter(({ repairable }) => !repairable)
}

/** What a repair would set right, and nobody is asked about: it was denied, or tried in vain. */
function notAsked(found: ReconciliationView): FindingView[] {
  const asked = new Set(found.requests.map(({ telegram_id }) => telegram_id))
  return found.findings.filter(({ repairable, telegram_id }) => repairable && !asked.has(telegram_id ?? 0))
}

function listed(
  words: Words,
  title: 'drift_card.to_do' | 'drift_card.not_asked',
  some: readonly FindingView[],
): Line[] {
  if (some.length === 0) return []
  return [
    { mark: 'none', text: ' ' },
    { mark: 'none', text: words.say(title) },
    ...findingsBySubject(words, some),
  ]
}

function tailOf(
  words: Words,
  found: ReconciliationView,
  { replacedBy, offered }: { replacedBy: number | null; offered: boolean },
): Html {
  if (replacedBy !== null) return apart(words.html('drift_card.replaced', { id: replacedBy }))
  const waiting = found.requests.filter((repair) => repairState(repair) === 'waiting')
  const rest = waiting.length - COMMANDS_SHOWN
  return join([
    ...(waiting.length === 0
      ? []
      : [
          apart(words.html('drift_card.type')),
          ...waiting.slice(0, COMMANDS_SHOWN).map(({ id }) => words.html('drift_card.confirm', { id })),
          ...(rest > 0 ? [words.html('drift_card.more_to_confirm', { count: rest })] : []),
        ]),
    ...(found.frozen && found.digest !== null ? [apart(words.html('factors.card_frozen'))] : []),
    ...(offered ? [apart(words.html('drift_card.buttons'))] : []),
  ])
}

/** Below an empty line. */
function apart(html: Html): Html {
  return h`
${html}`
}

export function goneDriftCard(words: Words, id: number): { head: Html } {
  return { head: words.html('drift_card.gone', { id }) }
}

/** At the button: what [Repair] did. */
export function repairText(
  words: Words,
  found: ReconciliationView,
  refused: readonly { request_id: number; error: ApiError }[],
): string {
  const [first] = refused
  if (first !== undefined) {
    const why = errorText(words, first.error)
    return words.say('drift_card.not_approved', { id: first.request_id, more: refused.length - 1, why })
  }
  return words.say(found.digest === null ? 'drift_card.all_approved' : 'drift_card.approval_noted')
}

/** At the button: what [Leave it] did. */
export function leftText(words: Words, denied: number): string {
  return words.say('drift_card.all_left', { count: denied })
}

/** That a comparison was stopped. */
export function reconcileFailedText(words: Words, why: string): Html {
  return words.html('drift_card.failed', { why })
}

/** That no comparison has succeeded for too long. */
export function reconcileOverdueText(words: Words, since: number): Html {
  return words.html('drift_card.overdue', optional({ since: since > 0 ? timeText(words, since) : null }))
}

/** A dry run: what differs, and how to have it repaired. */
export function dryRunText(words: Words, found: ReconciliationView): CardText {
  const canRepair = found.findings.some(({ repairable }) => repairable)
  return {
    head: lineHtml(reconciliationLine(words, found)),
    lines: [...findingsBySubject(words, found.findings), ...skippedLines(words, found)].map(lineHtml),
    tail: canRepair ? apart(words.html('drift_card.dry_run_can_repair')) : EMPTY,
  }
}

/** Somebody has asked for repairs where there is nothing to ask for. */
export function nothingToRepair(words: Words, found: ReconciliationView): string {
  if (found.outcome === 'failed') return reconciliationLine(words, found).text
  return words.say(
    found.findings.length === 0 ? 'drift_card.nothing_to_repair' : 'drift_card.nothing_repairable',
  )
}
