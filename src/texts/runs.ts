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

type RunStepView = RunView['steps'][number]

const STEP_STATES: Record<RunStepView['state'], { mark: Line['mark']; word: string }> = {
  pending: { mark: 'will', word: 'waits' },
  applying: { mark: 'doing', word: 'is running' },
  applied: { mark: 'done', word: 'done' },
  failed: { mark: 'failed', word: 'failed' },
  undoing: { mark: 'doing', word: 'is being undone' },
  undone: { mark: 'undone', word: 'undone' },
  kept: { mark: 'kept', word: 'kept' },
  undo_failed: { mark: 'failed', word: 'could not be undone' },
  skipped: { mark: 'already', word: 'not reached' },
}

const RUN_STATES: Record<RunView['state'], { mark: Line['mark']; word: string }> = {
  queued: { mark: 'will', word: 'waits for its turn' },
  running: { mark: 'doing', word: 'is running' },
  undoing: { mark: 'doing', word: 'is being undone' },
  succeeded: { mark: 'done', word: 'succeeded' },
  undone: { mark: 'undone', word: 'was undone' },
  failed: { mark: 'failed', word: 'failed: its undo could not finish' },
  superseded: { mark: 'info', word: 'was superseded: the host changed and the request is back for approval' },
  cancelled: { mark: 'info', word: 'was cancelled' },
}

const KINDS: Record<RunView['kind'], string> = {
  onboard: 'onboarding',
  undo: 'undo',
  repair: 'repair',
  edit: 'edit',
  retest: 're-test',
}

/** Whether the run will not change any more, so that what is shown is its receipt. */
export function isEnded(state: RunView['state']): boolean {
  return state !== 'queued' && state !== 'running' && state !== 'undoing'
}

/** One line a step: its title, what became of it, and how long it took. For live cards and `--wait`. */
export function stepLine(step: RunStepView): Line {
  const { mark, word } = stateOf(step)
  const took = step.duration_ms === null ? '' : ` (${durationText(step.duration_ms)})`
  return { mark, text: `${stepTitle(step.kind)}: ${word}${took}` }
}

function stateOf(step: RunStepView): (typeof STEP_STATES)[RunStepView['state']] {
  if (step.failure !== null) return failedState(step.state)
  return step.state === 'applied' && waitsForStart(step)
    ? { mark: 'will', word: 'waits for their Start' }
    : STEP_STATES[step.state]
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

/** A step that failed stays the one that failed while, and after, it is cleaned up. */
function failedState(state: RunStepView['state']): (typeof STEP_STATES)[RunStepView['state']] {
  if (state === 'undone') return { mark: 'failed', word: 'failed, and cleaned up' }
  if (state === 'kept') return { mark: 'failed', word: 'failed, and left as it is' }
  return STEP_STATES[state]
}

/** The run in one line: what it is about and what became of it. */
export function runLine(run: RunView): Line {
  const { mark, word } = RUN_STATES[run.state]
  const took =
    run.started_at !== null && run.finished_at !== null
      ? ` after ${durationText(run.finished_at - run.started_at)}`
      : ''
  return {
    mark,
    text: `Run ${run.id}, ${KINDS[run.kind]} of ${plain(run.subject.name, 64)} (${plain(run.subject.os_user)}): ${word}${took}`,
  }
}

/** The run as it stands: live while it goes on, and once it has ended the receipt. */
export function runLines(run: RunView): Line[] {
  if (isEnded(run.state)) return receiptLines(run)
  const lines: Line[] = [runLine(run), ...stuckLines(run.stuck)]
  for (const step of run.steps) {
    lines.push({ ...stepLine(step), indent: 1 })
    lines.push(...whyLines(step))
  }
  return lines
}

/** Why a step failed, and why it could not be undone. */
export function whyLines({ failure, undo_failure }: RunStepView): Line[] {
  const [first, ...more] = undo_failure === null ? [] : failureLines(undo_failure, 2)
  return [
    ...(failure === null ? [] : failureLines(failure, 2)),
    ...(first === undefined ? [] : [{ ...first, text: `undo: ${first.text}` }, ...more]),
  ]
}

/**
 * The receipt: each step with its duration and what was done, the isolation proofs, why it failed, what was undone,
 * what is left, and how to undo the whole.
 */
export function receiptLines(run: RunView): Line[] {
  const lines: Line[] = [runLine(run)]
  for (const step of run.steps) {
    lines.push({ ...stepLine(step), indent: 1 })
    lines.push(...whyLines(step))
    for (const note of step.notes) lines.push(noteLine(note, 2))
  }
  lines.push(...leftLines(run))
  return [...lines, ...closedLines(run), ...run.choices.map((choice) => choiceLine(choice, run.id))]
}

/** Who took note of a run that did not reach its aim, or accepted what it left. */
export function closedLines({ closed }: RunView): Line[] {
  if (closed === null) return []
  const said = closed.kind === 'kept' ? 'It stays undone' : 'What is left was accepted'
  const why = closed.reason === null ? '' : `: ${plain(closed.reason)}`
  return [{ mark: 'info', text: `${said}, noted by ${actorText(closed.by)} at ${timeText(closed.at)}${why}` }]
}

const CHOICES: Record<RunChoice, (id: number) => string> = {
  retry: (id) => `To try again: 'usher run retry ${id}'`,
  undo: (id) => `To undo: 'usher run undo ${id}'`,
  keep: (id) => `To take note that it stays undone: 'usher run keep ${id}'`,
  resume: (id) => `To go on with the undo: 'sudo usher run resume ${id}'`,
  abandon: (id) => `To accept what is left: 'sudo usher run abandon ${id} --reason TEXT'`,
}

/** The command that makes this choice about a run. */
export function choiceLine(choice: RunChoice, runId: number): Line {
  return { mark: 'info', text: CHOICES[choice](runId) }
}

/** What is left on the host after an undo; silent for a run that succeeded. */
export function leftLines(run: RunView): Line[] {
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
  const stuck = run.closed === null ? [] : run.by_hand.map(leftText)
  const todo = run.closed === null ? byHandLines(run.by_hand) : []
  const here: Line[] = [
    ...stuck.map((text): Line => ({ mark: 'failed', text, indent: 1 })),
    ...kept.map((note): Line => ({ mark: 'kept', text: noteText(note), indent: 1 })),
  ]
  if (here.length === 0 && todo.length === 0) {
    return run.state === 'undone' ? [{ mark: 'undone', text: 'Nothing of this run is left.' }] : []
  }
  return [
    ...(here.length === 0 ? [] : [{ mark: 'kept' as const, text: 'Left on this host:' }, ...here]),
    ...(todo.length === 0
      ? []
      : [{ mark: 'will' as const, text: 'To do by hand, before it goes on:' }, ...todo]),
  ]
}
