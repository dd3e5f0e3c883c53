import type { Readable, Writable } from 'node:stream'
import { confirm, isCancel, multiselect, password, select, text } from '@clack/prompts'
import { renderLines, type Style, write } from '../../cli/output.ts'
import type { Line } from '../../texts/line.ts'

export interface Choice<T> {
  value: T
  label: string
  hint?: string
}

/** Asks the operator at the terminal. Null: they left (Esc, Ctrl-C). Every text that comes in here is plain already. */
export interface Asker {
  /** What is typed is neither shown nor kept. */
  secret(message: string, check: (text: string) => string | null): Promise<string | null>
  text(
    message: string,
    options: { initial?: string; check: (text: string) => string | null },
  ): Promise<string | null>
  choose<T extends string>(message: string, choices: readonly Choice<T>[], initial: T): Promise<T | null>
  /** Any number of them, none included. */
  chooseMany<T extends string>(
    message: string,
    choices: readonly Choice<T>[],
    initial: readonly T[],
  ): Promise<T[] | null>
  confirm(message: string, initial: boolean): Promise<boolean | null>
  show(lines: readonly Line[]): Promise<void>
}

export interface AskerTerminal {
  stdin: Readable
  stdout: Writable
  signal: AbortSignal
  style: Style
}

export function createAsker({ stdin, stdout, signal, style }: AskerTerminal): Asker {
  const common = { input: stdin, output: stdout, signal }
  const answered = <T>(given: unknown): T | null => (isCancel(given) ? null : (given as T))
  const optionsOf = <T extends string>(choices: readonly Choice<T>[]) =>
    choices.map(({ value, label, hint }) => ({
      value: value as string,
      label,
      ...(hint === undefined ? {} : { hint }),
    }))
  return {
    async secret(message, check) {
      const validate = (value: string | undefined) => check(value ?? '') ?? undefined
      return answered<string>(await password({ ...common, message, validate, clearOnError: true }))
    },
    async text(message, { initial, check }) {
      const validate = (value: string | undefined) => check((value ?? '').trim()) ?? undefined
      const initialValue = initial === undefined ? {} : { initialValue: initial }
      const given = answered<string | undefined>(
        await text({ ...common, message, validate, ...initialValue }),
      )
      return given === null ? null : (given ?? '').trim()
    },
    async choose<T extends string>(message: string, choices: readonly Choice<T>[], initial: T) {
      const given = await select<string>({
        ...common,
        message,
        options: optionsOf(choices),
        initialValue: initial,
      })
      return answered<T>(given)
    },
    async chooseMany<T extends string>(
      message: string,
      choices: readonly Choice<T>[],
      initial: readonly T[],
    ) {
      const options = optionsOf(choices)
      const given = await multiselect<string>({
        ...common,
        message,
        options,
        initialValues: [...initial],
        required: false,
      })
      return answered<T[]>(given)
    },
    async confirm(message, initial) {
      stdin.prependListener('keypress', ignoreLineFeed)
      try {
        return answered<boolean>(await confirm({ ...common, message, initialValue: initial }))
      } finally {
        stdin.off('keypress', ignoreLineFeed)
      }
    },
    show: (lines) => write(stdout, renderLines(lines, style)),
  }
}

/**
 * An Enter typed ahead, while the terminal was not raw, arrives as a line feed, and the library turns the answer around at that key.
 * It is not taken for an answer either: whoever typed it had not read the question.
 */
function ignoreLineFeed(_text: string | undefined, key: { name?: string | undefined }): void {
  if (key.name === 'enter') key.name = undefined
}
