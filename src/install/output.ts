import { dirname } from 'node:path'
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

/**
 * Lines about one thing after another, as they happen. Several files of one folder to which the same happens are one line,
 * which is written when something else comes; `end` writes what waits.
 */
export class Progress {
  readonly #output: Output
  readonly #each: boolean
  #waiting: { word: string; subject: string; text: string; count: number } | null = null

  /** `each`: every single thing is named, as in a dry run. */
  constructor(output: Output, each: boolean) {
    this.#output = output
    this.#each = each
  }

  outcome({ state, subject, text }: Outcome, dryRun = false): void {
    if (state === 'already') return
    this.#line(state === 'problem' ? 'PROBLEM' : dryRun ? 'would be' : 'done', subject, text)
  }

  removal({ state, subject, text }: Removal, dryRun = false): void {
    // What was not there is not worth a line.
    if (state === 'gone') return
    const done = dryRun ? 'would be' : 'removed'
    this.#line({ kept: 'KEPT', failed: 'FAILED', removed: done }[state], subject, text)
  }

  text(text: string): void {
    this.end()
    if (!this.#output.json && text !== '') this.#output.write(text)
  }

  end(): void {
    const line = this.#waiting
    this.#waiting = null
    if (line === null || this.#output.json) return
    const { word, subject, text, count } = line
    const many = count > 1
    const about = many ? `${dirname(subject)}/` : subject
    const what = many ? text.replace(/^file /, `${count} files `) : text
    this.#output.write(`${word.padEnd(WORD_WIDTH)}  ${plain(about).padEnd(SUBJECT_WIDTH)}  ${plain(what)}\n`)
  }

  #line(word: string, subject: string, text: string): void {
    const last = this.#waiting
    const same = last !== null && last.word === word && last.text === text && /^file /.test(text)
    if (!this.#each && same && dirname(last.subject) === dirname(subject)) last.count++
    else {
      this.end()
      this.#waiting = { word, subject, text, count: 1 }
    }
  }
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
