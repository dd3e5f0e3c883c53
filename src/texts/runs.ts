import type { RunChoice } from '../domain/run.ts'
import type { RunView } from '../protocol/views.ts'
import { actorText } from './actors.ts'
import { byHandLines, leftText } from './by-hand.ts'
import { durationText, timeText } from './duration.ts'
import { failureLines } from './failures.ts'
import type { Line } from './line.ts'
import { noteLine, noteMark, noteText } from './notes.ts'
import { plain } from './plain.ts'
import { stepTitle } from './steps.ts'
import { stuckLines } from './stuck.ts'
import type { Words } from './words.ts'

type RunStepView = RunView['steps'][number]
type ShownStepState = RunStepView['state'] | 'waits_for_start' | 'cleaned_up' | 'left'

const STEP_MARKS: Record<ShownStepState, Line['mark']> = {
  pending: 'will',
  applying: 'doing',
  applied: 'done',
  failed: 'failed',
  undoing: 'doing',
  undone: 'undone',
  kept: 'kept',
  undo_failed: 'failed',
  skipped: 'already',
  waits_for_start: 'will',
  cleaned_up: 'failed',
  left: 'failed',
}

const RUN_MARKS: Record<RunView['state'], Line['mark']> = {
  queued: 'will',
  running: 'doing',
  undoing: 'doing',
  succeeded: 'done',
  undone: 'undone',
  failed: 'failed',
  superseded: 'info',
  cancelled: 'info',
}

/** Whether the run will not change any more, so that what is shown is its receipt. */
export function isEnded(state: RunView['state']): boolean {
  return state !== 'queued' && state !== 'running' && state !== 'undoing'
}

/** One line a step: its title, what became of it, and how long it took. For live cards and `--wait`. */
export function stepLine(words: Words, step: RunStepView): Line {
  const shown = shownState(step)
  const title = stepTitle(words, step.kind)
  const values = { title, state: words.say(`step_state.${shown}`), ...took(words, step.duration_ms) }
  return { mark: STEP_MARKS[shown], text: words.coded('run.step', values) }
}

function took(words: Words, ms: number | null): { took?: string } {
  return ms === null ? {} : { took: durationText(words, ms) }
}

/** A step that failed stays the one that failed while, and after, it is cleaned up. */
function shownState(step: RunStepView): ShownStepState {
  const { state } = step
  if (step.failure !== null) return state === 'undone' ? 'cleaned_up' : state === 'kept' ? 'left' : state
  return state === 'applied' && waitsForStart(step) ? 'waits_for_start' : state
}

function waitsForStart(step: RunStepView): boolean {
  return step.notes.some(({ code }) => code === 'activation.waits_for_start')
}

/** Whether the run succeeded, but the account is not active before the person presses Start. */
export function isAwaitingStart(run: RunView): boolean {
  return (
    run.state === 'succeeded' && run.steps.some((step) => step.state === 'applied' && waitsForStart(step))
  )
}

/** The run in one line: what it is about and what became of it. */
export function runLine(words: Words, run: RunView): Line {
  const { id, subject, started_at: from, finished_at: to } = run
  const values = {
    ...{ id, kind: words.say(`run_kind.${run.kind}`), state: words.say(`run_state.${run.state}`) },
    ...{ name: plain(subject.name, 64), os_user: subject.os_user },
    ...took(words, from === null || to === null ? null : to - from),
  }
  return { mark: RUN_MARKS[run.state], text: words.coded('run.line', values) }
}

/** The run as it stands: live while it goes on, and once it has ended the receipt. */
export function runLines(words: Words, run: RunView): Line[] {
  if (isEnded(run.state)) return receiptLines(words, run)
  const lines: Line[] = [runLine(words, run), ...stuckLines(words, run.stuck)]
  for (const step of run.steps) {
    lines.push({ ...stepLine(words, step), indent: 1 })
    lines.push(...whyLines(words, step))
  }
  return lines
}

/** Why a step failed, and why it could not be undone. */
export function whyLines(words: Words, { failure, undo_failure }: RunStepView): Line[] {
  const [first, ...more] = undo_failure === null ? [] : failureLines(words, undo_failure, 2)
  return [
    ...(failure === null ? [] : failureLines(words, failure, 2)),
    ...(first === undefined
      ? []
      : [{ ...first, text: words.say('run.undo_failure', { why: first.text }) }, ...more]),
  ]
}

/**
 * The receipt: each step with its duration and what was done, the isolation proofs, why it failed, what was undone,
 * what is left, and how to undo the whole.
 */
export function receiptLines(words: Words, run: RunView): Line[] {
  const lines: Line[] = [runLine(words, run)]
  for (const step of run.steps) {
    lines.push({ ...stepLine(words, step), indent: 1 })
    lines.push(...whyLines(words, step))
    for (const note of step.notes) lines.push(noteLine(words, note, 2))
  }
  return [
    ...lines,
    ...leftLines(words, run),
    ...closedLines(words, run),
    ...run.choices.map((choice) => choiceLine(words, choice, run.id)),
  ]
}

/** Who took note of a run that did not reach its aim, or accepted what it left. */
export function closedLines(words: Words, { closed }: RunView): Line[] {
  if (closed === null) return []
  const { kind, reason } = closed
  const values = {
    ...{ by: actorText(words, closed.by), at: timeText(words, closed.at) },
    ...(reason === null ? {} : { reason }),
  }
  return [{ mark: 'info', text: words.coded(`run.closed.${kind}`, values) }]
}

/** The command that makes this choice about a run. */
export function choiceLine(words: Words, choice: RunChoice, runId: number): Line {
  return { mark: 'info', text: words.say(`choice.${choice}`, { id: runId }) }
}

/** What is left on the host after an undo; silent for a run that succeeded. */
export function leftLines(words: Words, run: RunView): Line[] {
  if (run.state !== 'undone' && run.state !== 'failed') return []
  const notes = run.steps.flatMap((step) => step.notes)
  const removedHomes = notes
    .filter(({ code }) => code === 'account.home_removed')
    .map(({ params }) => params?.['home'])
  const kept = notes
    .filter(({ code }) => noteMark(code) === 'kept')
    // What the agent command left in a home went with that home.
    .filter(
      ({ code, params }) => code !== 'smoke.agent_left_files' || !removedHomes.includes(params?.['home']),
    )
  // Whoever abandoned it accepted what to do by hand.
  const stuck = run.closed === null ? [] : run.by_hand.map((one) => leftText(words, one))
  const todo = run.closed === null ? byHandLines(words, run.by_hand) : []
  const here: Line[] = [
    ...stuck.map((text): Line => ({ mark: 'failed', text, indent: 1 })),
    ...kept.map((note): Line => ({ mark: 'kept', text: noteText(words, note), indent: 1 })),
  ]
  if (here.length === 0 && todo.length === 0) {
    return run.state === 'undone' ? [{ mark: 'undone', text: words.say('run.nothing_left') }] : []
  }
  return [
    ...(here.length === 0 ? [] : [{ mark: 'kept' as const, text: words.say('run.left') }, ...here]),
    ...(todo.length === 0 ? [] : [{ mark: 'will' as const, text: words.say('run.to_do') }, ...todo]),
  ]
}
