import type { Line } from '../../texts/line.ts'

/** What became of a question. */
export type Answer<T> = { kind: 'answer'; value: T } | { kind: 'back' } | { kind: 'cancel' }

export interface Choice<T> {
  value: T
  label: string
  hint?: string
}

export interface TextQuestion {
  message: string
  /** What stands there already and can be edited. */
  initial?: string
  placeholder?: string
  /** What is wrong with the text, or null. Asked again until nothing is. */
  check?: (text: string) => string | null
}

/** Asks the person at the terminal. Every text that comes in here is plain already. */
export interface Prompter {
  text(question: TextQuestion): Promise<Answer<string>>
  choose<T extends string>(
    message: string,
    choices: Choice<T>[],
    options?: { initial?: T; back?: boolean },
  ): Promise<Answer<T>>
  /** Yes or no; leaving counts as no. */
  confirm(message: string): Promise<boolean>
  show(lines: readonly Line[]): Promise<void>
}
