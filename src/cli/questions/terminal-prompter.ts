import type { Readable, Writable } from 'node:stream'
import { confirm, isCancel, select, text } from '@clack/prompts'
import { renderLines, type Style, write } from '../output.ts'
import type { Answer, Prompter } from './prompter.ts'

export interface Terminal {
  stdin: Readable
  stdout: Writable
  signal: AbortSignal
  style: Style
}

const BACK = '\u2190 Back'
/** Typed alone it leads back, also where everything else is a valid answer. */
const BACK_WORD = '<'

/** The prompter of a real terminal. Esc and Ctrl-C cancel; back is a choice, or `<` where text is typed. */
export function createTerminalPrompter({ stdin, stdout, signal, style }: Terminal): Prompter {
  const common = { input: stdin, output: stdout, signal }
  return {
    async text(question) {
      const given = await text({
        ...common,
        message: `${question.message} (${BACK_WORD} to go back)`,
        ...(question.initial === undefined ? {} : { initialValue: question.initial }),
        ...(question.placeholder === undefined ? {} : { placeholder: question.placeholder }),
        validate: (value) => {
          const typed = value ?? ''
          return typed.trim() === BACK_WORD ? undefined : (question.check?.(typed.trim()) ?? undefined)
        },
      })
      if (isCancel(given)) return { kind: 'cancel' }
      const value = (given ?? '').trim()
      return value === BACK_WORD ? { kind: 'back' } : { kind: 'answer', value }
    },
    async choose<T extends string>(
      message: string,
      choices: { value: T; label: string; hint?: string }[],
      options: { initial?: T; back?: boolean } = {},
    ): Promise<Answer<T>> {
      // Places instead of values, so that no value can be taken for "back".
      const places = choices.map(({ label, hint }, index) => ({
        value: String(index),
        label,
        ...(hint === undefined ? {} : { hint }),
      }))
      const initial = choices.findIndex(({ value }) => value === options.initial)
      const given = await select<string>({
        ...common,
        message,
        options: options.back === false ? places : [...places, { value: 'back', label: BACK }],
        initialValue: String(Math.max(0, initial)),
      })
      if (isCancel(given)) return { kind: 'cancel' }
      const chosen = choices[Number(given)]
      return chosen === undefined ? { kind: 'back' } : { kind: 'answer', value: chosen.value }
    },
    async confirm(message) {
      const given = await confirm({ ...common, message, initialValue: false })
      return given === true
    },
    show: (lines) => write(stdout, renderLines(lines, style)),
  }
}
