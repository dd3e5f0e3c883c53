import type { StepFailure } from '../domain/step.ts'
import type { RunView } from '../protocol/views.ts'
import { failureLines } from './failures.ts'
import type { Line } from './line.ts'
import { noteLine, noteMark } from './notes.ts'
import { closedLines, leftLines, runLine, stepLine } from './runs.ts'
import { stepTitle } from './steps.ts'
import type { Words } from './words.ts'

/** Of what a program said: its last lines, where errors stand. All of it is in `usher run show`. */
const DETAIL_LINES = 6
const DETAIL_WIDTH = 200

/**
 * A run that did not reach its aim, for whoever has to decide what to do: what became of it, which step failed and why, what was
 * undone, what is left. The receipt has all the rest.
 */
export function undoneRunLines(words: Words, run: RunView): Line[] {
  const failed = run.steps.filter((step) => step.failure !== null)
  const stuck = run.steps.filter((step) => step.undo_failure !== null)
  const undone = run.steps.flatMap(({ notes }) => notes).filter(({ code }) => noteMark(code) === 'undone')
  const skipped = run.steps
    .filter(({ state }) => state === 'skipped')
    .map(({ kind }) => stepTitle(words, kind))
  return [
    runLine(words, run),
    ...failed.flatMap((step) => [
      { ...stepLine(words, step), indent: 1 },
      ...(step.failure === null ? [] : shortened(words, step.failure, 2)),
    ]),
    ...stuck.flatMap((step): Line[] => [
      {
        mark: 'failed',
        text: words.say('run.not_undone', { title: stepTitle(words, step.kind) }),
        indent: 1,
      },
      ...(step.undo_failure === null ? [] : shortened(words, step.undo_failure, 2)),
    ]),
    ...(skipped.length === 0
      ? []
      : [
          {
            mark: 'already' as const,
            text: words.say('run.not_reached', { steps: skipped.join(', ') }),
            indent: 1,
          },
        ]),
    ...(undone.length === 0
      ? []
      : [
          { mark: 'undone' as const, text: words.say('run.undone') },
          ...undone.map((note) => noteLine(words, note, 1)),
        ]),
    ...leftLines(words, run),
    ...closedLines(words, run),
  ]
}

function shortened(words: Words, failure: StepFailure, indent: number): Line[] {
  const lines = failureLines(words, failure, indent, DETAIL_LINES)
  return lines.map((line, index) => (index === 0 ? line : { ...line, text: cut(line.text) }))
}

function cut(text: string): string {
  const points = [...text]
  return points.length <= DETAIL_WIDTH ? text : `${points.slice(0, DETAIL_WIDTH - 1).join('')}…`
}
