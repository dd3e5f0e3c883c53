import type { ApiError } from '../../protocol/errors.ts'
import type { FindingView, ReconciliationView } from '../../protocol/views.ts'
import { timeText } from '../duration.ts'
import { errorText } from '../errors.ts'
import { failureText } from '../failures.ts'
import { findingLines, findingSubject, reconciliationLine } from '../findings.ts'
import type { Line } from '../line.ts'
import { plain } from '../plain.ts'
import type { CardText } from './cards.ts'
import { type Html, h, join, lineHtml } from './html.ts'

export const REPAIR_LABEL = '🔧 Repair'
export const LEAVE_LABEL = 'Leave it'

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

const STATES: Record<RepairState, { mark: Line['mark']; one: string; many: string; word: string }> = {
  running: { mark: 'doing', one: 'is being repaired', many: 'are being repaired', word: 'is being repaired' },
  asked: { mark: 'will', one: 'can be repaired', many: 'can be repaired', word: '' },
  waiting: {
    mark: 'will',
    one: 'waits for a confirmation on the host',
    many: 'wait for a confirmation on the host',
    word: 'waits for a confirmation on the host',
  },
  repaired: { mark: 'done', one: 'is repaired', many: 'are repaired', word: 'repaired' },
  failed: {
    mark: 'failed',
    one: 'could not be repaired',
    many: 'could not be repaired',
    word: 'could not be repaired',
  },
  denied: { mark: 'kept', one: 'is left as it is', many: 'are left as they are', word: 'left as it is' },
  dropped: {
    mark: 'already',
    one: 'is no longer asked for',
    many: 'are no longer asked for',
    word: 'no longer asked for',
  },
}
const ORDER = Object.keys(STATES) as RepairState[]

/** Commands to type that are named one by one; more are summed up. */
const COMMANDS_SHOWN = 5

/**
 * A reconciliation as a card: what is so now, who differs in what, and what can be done about it.
 *
 * @param around.replacedBy a later reconciliation that has its own card in this chat
 * @param around.offered whether this admin has the buttons
 */
export function driftCardText(
  found: ReconciliationView,
  around: { replacedBy: number | null; offered: boolean },
): CardText {
  return {
    head: headOf(found),
    lines: [
      ...repairLines(found),
      ...listed('To set right by hand:', byHand(found)),
      ...listed('Not asked for again, because it was left as it is or tried in vain:', notAsked(found)),
      ...skippedLines(found),
    ].map(lineHtml),
    tail: tailOf(found, around),
  }
}

function headOf(found: ReconciliationView): Html {
  const states = found.requests.map(repairState)
  const count = (state: RepairState) => states.filter((one) => one === state).length
  const done = count('repaired') + count('failed')
  const hand = byHand(found).length
  return join([
    h`<b>${titleOf(found)}</b>`,
    h`<i>Reconciliation ${found.id ?? '(dry run)'}, ${timeText(found.ended_at)}, ${people(found.people)} looked at</i>`,
    h` `,
    ...(found.why === null ? [] : [lineHtml({ mark: 'failed', text: plain(found.why, 500) })]),
    ...ORDER.filter((state) => count(state) > 0).map((state) => {
      const { mark, one, many } = STATES[state]
      const progress = state === 'running' ? `, ${done} of ${done + count('running')} done` : ''
      return lineHtml({ mark, text: `${people(count(state))} ${count(state) === 1 ? one : many}${progress}` })
    }),
    ...(hand === 0
      ? []
      : [
          lineHtml({
            mark: 'failed',
            text: `${hand === 1 ? '1 finding needs' : `${hand} findings need`} a hand`,
          }),
        ]),
    h` `,
  ])
}

function titleOf(found: ReconciliationView): string {
  if (found.outcome === 'failed') return 'Nobody could be compared with the host'
  const states = new Set(found.requests.map(repairState))
  const byHandLeft = byHand(found).length > 0
  if (states.has('running')) return 'The host is being repaired'
  if (states.has('asked') || states.has('waiting')) return 'The host differs from roster and roles'
  if (states.has('failed')) return 'The host was repaired in part'
  if (states.has('repaired')) return byHandLeft ? 'The host was repaired in part' : 'The host was repaired'
  return found.findings.length === 0
    ? 'The host is as roster and roles say'
    : 'The host differs from roster and roles'
}

/** Person by person: what a repair would add, and what has become of it. */
function repairLines(found: ReconciliationView): Line[] {
  return found.requests.flatMap((repair): Line[] => {
    const state = repairState(repair)
    const { mark, word } = STATES[state]
    const who = `${plain(repair.name, 64)} (${plain(repair.os_user, 64)})`
    const cause: Line[] =
      state === 'failed' && repair.failure !== null
        ? [{ mark: 'failed', text: failureText(repair.failure), indent: 1 }]
        : []
    const request = state === 'failed' ? ` (/requests ${repair.id} opens it)` : ''
    const text = `${who}${word === '' ? '' : `: ${word}${request}`}${state === 'asked' ? approvalsText(repair) : ''}`
    const mine = found.findings.filter((one) => one.repairable && one.telegram_id === repair.telegram_id)
    const findings = state === 'repaired' ? [] : mine.flatMap((finding) => findingLines(finding))
    return [{ mark: word === '' ? 'none' : mark, text }, ...cause, ...findings]
  })
}

/** Somebody has approved it, and it needs more of them. */
function approvalsText({ missing }: Repair): string {
  const approvals = missing.find((one) => one.kind === 'approvals')
  return approvals === undefined || approvals.have === 0
    ? ''
    : `: ${approvals.have} of ${approvals.need} approvals`
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

function listed(title: string, some: readonly FindingView[]): Line[] {
  const bySubject = Map.groupBy(some, findingSubject)
  if (bySubject.size === 0) return []
  return [
    { mark: 'none', text: ' ' },
    { mark: 'none', text: title },
    ...[...bySubject].flatMap(([subject, findings]): Line[] => [
      { mark: 'none', text: subject },
      ...findings.flatMap((finding) => findingLines(finding)),
    ]),
  ]
}

function skippedLines({ skipped }: ReconciliationView): Line[] {
  return skipped.map(
    ({ name, os_user, request_id }): Line => ({
      mark: 'info',
      text: `${plain(name, 64)} (${plain(os_user)}) was left out: request ${request_id} is under way`,
    }),
  )
}

function tailOf(
  found: ReconciliationView,
  { replacedBy, offered }: { replacedBy: number | null; offered: boolean },
): Html {
  if (replacedBy !== null) {
    return h`
ℹ️ This card is replaced by a newer one: reconciliation ${replacedBy}.`
  }
  const waiting = found.requests.filter((repair) => repairState(repair) === 'waiting')
  const rest = waiting.length - COMMANDS_SHOWN
  return join([
    ...(waiting.length === 0
      ? []
      : [
          h`
⌨️ On the host, as root, type:`,
          ...waiting.slice(0, COMMANDS_SHOWN).map(({ id }) => h`<code>sudo usher confirm ${id}</code>`),
          ...(rest > 0 ? [h`and ${rest} more: <code>sudo usher requests</code> lists them`] : []),
        ]),
    ...(offered
      ? [
          h`
🔧 Repair approves exactly these repairs: each adds what is missing, and takes nothing away.
Leave it closes them; nobody is asked again until something else differs.`,
        ]
      : []),
  ])
}

function people(count: number): string {
  return count === 1 ? '1 person' : `${count} people`
}

export function goneDriftCard(id: number): { head: Html } {
  return { head: h`Reconciliation ${id} is no longer there, or it is not yours to see any more.` }
}

/** At the button: what [Repair] did. */
export function repairText(
  found: ReconciliationView,
  refused: readonly { request_id: number; error: ApiError }[],
): string {
  const [first] = refused
  if (first !== undefined) {
    const more = refused.length > 1 ? ` (and ${refused.length - 1} more)` : ''
    return `Not approved: request ${first.request_id}${more}: ${errorText(first.error)}`
  }
  return found.digest === null
    ? 'Approved. The card says how far it is.'
    : 'Your approval is noted. The card says what is still missing.'
}

/** At the button: what [Leave it] did. */
export function leftText(denied: number): string {
  return `Left as it is (${denied === 1 ? '1 repair' : `${denied} repairs`}). Nothing was changed.`
}

/** That a comparison was stopped. */
export function reconcileFailedText(why: string): Html {
  return h`❌ People could not be compared with the host: ${why}
Nothing was changed. When that is set right, <code>sudo usher reconcile</code> or /reconcile tries again.`
}

/** That no comparison has succeeded for too long. */
export function reconcileOverdueText(since: number): Html {
  return h`❌ No comparison of people with the host has succeeded since ${since > 0 ? timeText(since) : 'Usher was started'}.
The log of the worker says why; <code>sudo usher reconcile</code> tries now.`
}

export const ASK_LABEL = '🔧 Ask for the repairs'
export const RECONCILE_USAGE = '/reconcile only looks. /reconcile repair asks for the repairs too.'

/** A dry run: what differs, and how to have it repaired. */
export function dryRunText(found: ReconciliationView): CardText {
  const bySubject = Map.groupBy(found.findings, findingSubject)
  const canRepair = found.findings.some(({ repairable }) => repairable)
  return {
    head: lineHtml(reconciliationLine(found)),
    lines: [
      ...[...bySubject].flatMap(([subject, findings]): Line[] => [
        { mark: 'none', text: subject },
        ...findings.flatMap((finding) => findingLines(finding)),
      ]),
      ...skippedLines(found),
    ].map(lineHtml),
    tail: canRepair
      ? h`
Nothing was changed. ${ASK_LABEL} makes a card of what can be repaired, for approval.`
      : h``,
  }
}

/** Somebody has asked for repairs where there is nothing to ask for. */
export function nothingToRepair(found: ReconciliationView): string {
  if (found.outcome === 'failed') return reconciliationLine(found).text
  return found.findings.length === 0
    ? 'There is nothing to repair.'
    : 'There is nothing that a repair may set right; what is left needs a hand.'
}
