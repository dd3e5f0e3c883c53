import type { ApiError, ErrorCode } from '../protocol/errors.ts'
import { REFUSALS } from '../protocol/refusals.ts'
import { actorText } from './actors.ts'
import type { Line } from './line.ts'
import { plain } from './plain.ts'
import { violationText } from './violations.ts'
import type { Params, Words } from './words.ts'

/** Of these the message that came with the error, which is English, says more than a fixed sentence could. */
const SAID_BY_MESSAGE: ReadonlySet<ErrorCode> = new Set([
  ...(['bad_request', 'not_permitted', 'not_found', 'not_undoable', 'wrong_state'] as const),
  ...(['factor_refused', 'version_mismatch', 'unreachable', 'internal'] as const),
])

/** An error as one sentence, the same in chat and terminal. Violations are in `errorLines`. */
export function errorText(words: Words, { code, message, params = {} }: ApiError): string {
  const { by, refusal } = params
  const values: Params = by === undefined ? {} : { by: actorText(words, { key: String(by), name: null }) }
  const reason = REFUSALS.find((one) => one === refusal)
  if (reason !== undefined) return words.coded(`refusal.${reason}`, params, values)
  const said = plain(message)
  const isSaid = words.language === 'en' && said !== '' && SAID_BY_MESSAGE.has(code)
  return isSaid ? said : words.coded(`error.${code}`, params, values)
}

/** The error and each of its violations, one a line. */
export function errorLines(words: Words, error: ApiError): Line[] {
  const violations = (error.violations ?? []).map(
    (violation): Line => ({ mark: 'failed', text: violationText(words, violation), indent: 1 }),
  )
  return [{ mark: 'failed', text: errorText(words, error) }, ...violations]
}
