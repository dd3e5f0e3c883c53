import type { StepFailure } from '../domain/step.ts'
import type { RunView } from '../protocol/views.ts'
import { failureLines } from './failures.ts'
import type { Line } from './line.ts'
import { noteLine, noteMark } from './notes.ts'
import { closedLines, leftLines, runLine, stepLine } from './runs.ts'
import { stepTitle } from './steps.ts'

/** Of what a program said: its last lines, where errors stand. All of it is in `usher run show`. */
const DETAIL_LINES = 6
const DETAIL_WIDTH = 200

/**
 * A run that did not reach its aim, for whoever has to decide what to do: what became of it, which step failed and why, what was
 * undone, what is left. The receipt has all the rest.
 */
export function undoneRunLines(run: RunView): Line[] {
  const failed = run.steps.filter((step) => step.failure !== null)
  const stuck = run.steps.filter((step) => step.undo_failure !== null)
  const undone = run.steps.flatMap(({ notes }) => notes).filter(({ code }) => noteMark(code) === 'undone')
  const skipped = run.steps.filter(({ state }) => state === 'skipped').map(({ kind }) => stepTitle(kind))
  return [
    runLine(run),
    ...failed.flatMap((step) => [
      { ...stepLine(step), indent: 1 },
      ...(step.failure === null ? [] : shortened(step.failure, 2)),
    ]),
    ...stuck.flatMap((step): Line[] => [
      { mark: 'failed', text: `${stepTitle(step.kind)}: could not be undone`, indent: 1 },
      ...(step.undo_failure === null ? [] : shortened(step.undo_failure, 2)),
    ]),
    ...(skipped.length === 0
      ? []
      : [{ mark: 'already' as const, text: `Not reached: ${skipped.join(', ')}`, indent: 1 }]),
    ...(undone.length === 0
      ? []
      : [{ mark: 'undone' as const, text: 'Undone:' }, ...undone.map((note) => noteLine(note, 1))]),
    ...leftLines(run),
    ...closedLines(run),
  ]
}

function shortened(failure: StepFailure, indent: number): Line[] {
  const lines = failureLines(failure, indent, DETAIL_LINES)
  return lines.map((line, index) => (index === 0 ? line : { ...line, text: cut(line.text) }))
}

function cut(text: string): string {
  const points = [...text]
  return points.length <= DETAIL_WIDTH ? text : `${points.slice(0, DETAIL_WIDTH - 1).join('')}…`
}
