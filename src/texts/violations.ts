import type { Violation } from '../domain/violation.ts'
import { fieldLabel } from './fields.ts'
import { plain } from './plain.ts'
import type { Params, Words } from './words.ts'

/** Where a violation keeps the value that it refuses, the most telling first. */
const SHOWN = ['path', 'group', 'owner', 'home', 'shell', 'program', 'value'] as const
/** Longer values are cut: they stand in quotes in the middle of a sentence. */
const MAX_SHOWN = 100

/** One violation as a sentence: what cannot be, the value, and what to do about it. Harmless in a terminal. */
export function violationText(words: Words, { field, code, params = {} }: Violation): string {
  const name = SHOWN.find((one) => Object.hasOwn(params, one))
  return words.coded(`violation.${code}`, shortened(params), {
    label: fieldLabel(words, field),
    ...(name === undefined ? {} : { shown: plain(params[name] ?? '', MAX_SHOWN) }),
  })
}

function shortened(params: Params): Params {
  return 'value' in params ? { ...params, value: plain(params['value'] ?? '', MAX_SHOWN) } : params
}
