import type { Difference } from '../domain/difference.ts'
import { VIOLATION_CODES, type ViolationCode } from '../domain/violation.ts'
import type { RequestView } from '../protocol/views.ts'
import { actorText } from './actors.ts'
import { durationText, timeText } from './duration.ts'
import type { Line } from './line.ts'
import { stepTitle } from './steps.ts'
import { violationText } from './violations.ts'
import type { Params, Values, Words } from './words.ts'

/** One thing that is not as it was when the plan was approved. Harmless in a terminal. */
export function differenceText(words: Words, { code, params = {} }: Difference): string {
  if (code === 'objection') {
    const { violation, field, ...own } = params
    const known = VIOLATION_CODES.find((one) => one === violation)
    if (known !== undefined) return objectionText(words, known, String(field), own)
  }
  if (code === 'path_changed' && params['what'] === 'kind') {
    return words.coded('difference.path_kind_changed', params)
  }
  return words.coded(`difference.${code}`, params, inWords(words, params))
}

function objectionText(words: Words, code: ViolationCode, field: string, params: Params): string {
  return violationText(words, { field, code, params })
}

/** What is not shown as it came; `before` and `after` of nothing are said to be nothing. */
function inWords(words: Words, params: Params): Values {
  const { before, after, what, kind, by } = params
  const ms = (value: Params[string] | undefined) => durationText(words, Number(value ?? 0) || 0)
  const isTime = what === 'expiresMs'
  const none = words.say('answer.none')
  return {
    ...(before === undefined ? {} : { before: isTime ? ms(before) : before === '' ? none : before }),
    ...(after === undefined ? {} : { after: isTime ? ms(after) : after === '' ? none : after }),
    ...(kind === undefined ? {} : { step: stepTitle(words, String(kind)) }),
    ...(by === undefined ? {} : { by: actorText(words, { key: String(by), name: null }) }),
    at: timeText(words, Number(params['at'] ?? Number.NaN)),
    approved_at: timeText(words, Number(params['approved_at'] ?? Number.NaN)),
    expires_ms: ms(params['expires_ms']),
  }
}

/** How a request came back, and what differs from what was approved; nothing for one that did not. */
export function returnedLines(words: Words, { returned }: Pick<RequestView, 'returned'>): Line[] {
  if (returned === null) return []
  return [
    { mark: 'info', text: words.say(`returned.${returned.kind}`, { run: returned.run_id }) },
    ...returned.differences.map(
      (difference): Line => ({ mark: 'info', text: differenceText(words, difference), indent: 1 }),
    ),
  ]
}
