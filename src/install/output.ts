import type { ErrorCode } from '../protocol/errors.ts'
import { type DocumentViolation, jsonDocument, refusalDocument } from '../protocol/json-document.ts'
import type { Outcome } from '../setup/ensure.ts'
import { plain } from '../texts/plain.ts'
import type { Removal } from './context.ts'

/** Where an installation says what it does: lines as they happen, or one JSON document at the end. */
export interface Output {
  json: boolean
  write(text: string): void
  complain(text: string): void
}

const WORD_WIDTH = 10
/** Longer paths push their text to the right by themselves. */
const SUBJECT_WIDTH = 46

/** One change, as it is made. What is so already is only counted. */
export function outcomeLine({ state, subject, text }: Outcome, dryRun: boolean): string | null {
  if (state === 'already') return null
  return line(state === 'problem' ? 'PROBLEM' : dryRun ? 'would be' : 'done', subject, text)
}

/** One thing that was taken away, or stays. What was not there is not worth a line. */
export function removalLine({ state, subject, text }: Removal, dryRun: boolean): string | null {
  if (state === 'gone') return null
  return line(state === 'kept' ? 'KEPT' : dryRun ? 'would be' : 'removed', subject, text)
}

function line(word: string, subject: string, text: string): string {
  return `${word.padEnd(WORD_WIDTH)}  ${plain(subject).padEnd(SUBJECT_WIDTH)}  ${plain(text)}\n`
}

/** Says why nothing, or not everything, was done; gives the exit status back. */
export function refuse(
  output: Output,
  exit: number,
  code: ErrorCode,
  message: string,
  more: { violations?: readonly DocumentViolation[]; [key: string]: unknown } = {},
): number {
  const { violations = [], ...rest } = more
  if (output.json) output.write(jsonDocument({ ...refusalDocument(code, message, violations), ...rest }))
  else {
    const lines = [...message.split('\n'), ...violations.map((one) => `  ${one.message}`)]
    output.complain(`usher: ${lines.map((text) => plain(text)).join('\n')}\n`)
  }
  return exit
}

/** Numbered lines of what to do next: each a command, and what it is for. */
export function nextSteps(title: string, steps: readonly (readonly [string, string])[]): string {
  return ['', title, ...steps.flatMap(([what, why]) => [`  ${what}`, `      ${why}`]), ''].join('\n')
}
