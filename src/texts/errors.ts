import type { ApiError, ErrorCode } from '../protocol/errors.ts'
import type { Line } from './line.ts'
import { plain } from './plain.ts'
import { violationText } from './violations.ts'
import type { Words } from './words.ts'

/** Of these the message that came with the error, which is English, says more than a fixed sentence could. */
const SAID_BY_MESSAGE: ReadonlySet<ErrorCode> = new Set([
  ...(['bad_request', 'not_permitted', 'not_found', 'not_undoable', 'wrong_state'] as const),
  ...(['factor_refused', 'version_mismatch', 'unreachable', 'internal'] as const),
])

/** An error as one sentence, the same in chat and terminal. Violations are in `errorLines`. */
export function errorText(words: Words, error: ApiError): string {
  const message = plain(error.message)
  const isSaid = words.language === 'en' && message !== '' && SAID_BY_MESSAGE.has(error.code)
  return isSaid ? message : words.coded(`error.${error.code}`, error.params)
}

/** The error and each of its violations, one a line. */
export function errorLines(words: Words, error: ApiError): Line[] {
  const violations = (error.violations ?? []).map(
    (violation): Line => ({ mark: 'failed', text: violationText(words, violation), indent: 1 }),
  )
  return [{ mark: 'failed', text: errorText(words, error) }, ...violations]
}
