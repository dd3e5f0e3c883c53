import type { StepFailure } from '../domain/step.ts'
import { durationText } from './duration.ts'
import type { Line } from './line.ts'
import { plainBlock } from './plain-block.ts'
import type { Params, Values, Words } from './words.ts'

/** Why a step failed, as a sentence. The program's own words are in `failureLines`. Harmless in a terminal. */
export function failureText(words: Words, { code, params = {} }: StepFailure): string {
  const values = code === 'account_locked_by_other' ? lockOf(params) : afterOf(words, params)
  return words.coded(`failure.${code}`, params, values)
}

/** The failure with what the program said (stderr included, its last `maxLines`), each line indented below it. */
export function failureLines(words: Words, failure: StepFailure, indent = 1, maxLines?: number): Line[] {
  const detail = failure.detail === undefined ? [] : plainBlock(words, failure.detail, maxLines)
  return [
    { mark: 'failed', text: failureText(words, failure), indent },
    ...detail.map(
      (line): Line => ({ mark: 'none', text: words.say('failure_output', { line }), indent: indent + 1 }),
    ),
  ]
}

/** Who holds the lock of the account database: nobody but its holder or a person may remove it. */
function lockOf({ path = '/etc/passwd.lock', held_by = 'unknown' }: Params): Values {
  return { path, held_by, lock: String(path).endsWith('/.pwd.lock') ? 'pwd' : 'other' }
}

function afterOf(words: Words, params: Params): Values {
  const after = params['after_ms']
  return typeof after === 'number' ? { after_ms: durationText(words, after) } : {}
}
