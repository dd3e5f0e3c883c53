import type { ApiError, ErrorCode } from '../protocol/errors.ts'
import { ERROR_CODES } from '../protocol/errors.ts'
import type { RequestView, RunView } from '../protocol/views.ts'
import { returnedLines } from '../texts/differences.ts'
import { errorLines } from '../texts/errors.ts'
import type { Line } from '../texts/line.ts'
import { plain } from '../texts/plain.ts'
import { requestStateText } from '../texts/requests.ts'
import type { Words } from '../texts/words.ts'

/** Ends of a verb that are no errors of the API; each with its exit status. Stable, like `ERROR_CODES`. */
export const CLI_CODES = {
  run_undone: 1,
  run_failed: 1,
  run_cancelled: 1,
  findings: 1,
  history_broken: 1,
  cancelled: 3,
  declined: 3,
  interrupted: 130,
} as const
export type CliCode = keyof typeof CLI_CODES | ErrorCode

export interface CliError {
  code: CliCode
  message: string
  violations: { field: string; code: string; params?: Record<string, string | number>; message: string }[]
}

/**
 * How a verb ended. `data` becomes members of the JSON document beside `ok`, `lines` what people read instead of it.
 */
export type Outcome =
  | { ok: true; data: Record<string, unknown>; lines: Line[] }
  | { ok: false; error: CliError; data?: Record<string, unknown>; lines: Line[] }

/** The verb did what it says. */
export function done(data: Record<string, unknown>, lines: Line[]): Outcome {
  return { ok: true, data, lines }
}

/** A refusal of the worker's, or the lack of one. `data` says what exists nevertheless. */
export function refused(
  words: Words,
  error: ApiError,
  data?: Record<string, unknown>,
  more: Line[] = [],
): Outcome {
  const [head, ...violationLines] = errorLines(words, error)
  const violations = (error.violations ?? []).map((violation, index) => ({
    ...violation,
    message: violationLines[index]?.text ?? '',
  }))
  return {
    ok: false,
    error: { code: error.code, message: head?.text ?? '', violations },
    ...(data === undefined ? {} : { data }),
    lines: [...(head === undefined ? [] : [head]), ...violationLines, ...hints(error), ...more],
  }
}

/** What people at a terminal often forget. Uid 0 is the operator, to whom nothing is forbidden as such. */
function hints(error: ApiError): Line[] {
  if (error.code !== 'not_permitted') return []
  return [
    {
      mark: 'info',
      text: "run it as root (sudo) if this host is yours; 'usher whoami' says who you are",
      indent: 1,
    },
  ]
}

/** An end that the CLI itself names. `message` is plain. */
export function failed(
  code: CliCode,
  message: string,
  extra: { data?: Record<string, unknown>; lines?: Line[]; violations?: CliError['violations'] } = {},
): Outcome {
  const violations = extra.violations ?? []
  return {
    ok: false,
    error: { code, message, violations },
    ...(extra.data === undefined ? {} : { data: extra.data }),
    lines: extra.lines ?? [
      { mark: 'failed', text: message },
      ...violations.map(
        (violation): Line => ({
          mark: 'failed',
          text: `${violation.field}: ${violation.message}`,
          indent: 1,
        }),
      ),
    ],
  }
}

/** The request was decided against while somebody waited for it, or is not the one any more that they waited for. */
export function notApproved(
  words: Words,
  request: RequestView,
  code: 'denied' | 'expired' | 'cancelled' | 'digest_differs',
): Outcome {
  if (code === 'digest_differs') {
    const message = `cannot go on with request ${request.id}: it is back for approval as revision ${request.revision}`
    const lines: Line[] = [{ mark: 'failed', text: message }, ...returnedLines(words, request)]
    return failed(code, message, { data: { request }, lines })
  }
  const why = request.reason === null ? '' : `: ${plain(request.reason)}`
  const message = `cannot go on with request ${request.id}: it is ${requestStateText(words, request.state)}${why}`
  return refusedWith(code, message, { request })
}

/** The run ended, but not as it should. The receipt says the rest. */
export function runNotSucceeded(run: RunView, request: RequestView, lines: Line[]): Outcome {
  const code = run.state === 'failed' ? 'run_failed' : run.state === 'undone' ? 'run_undone' : 'run_cancelled'
  const message = lines[0]?.text ?? `run ${run.id} is ${run.state}`
  return failed(code, message, { data: { request, run }, lines })
}

/** The exit status of an outcome, as DESIGN fixes them. */
export function exitStatus(outcome: Outcome): number {
  if (outcome.ok) return 0
  const { code } = outcome.error
  return code in CLI_CODES ? CLI_CODES[code as keyof typeof CLI_CODES] : ERROR_CODES[code as ErrorCode].exit
}

function refusedWith(code: CliCode, message: string, data: Record<string, unknown>): Outcome {
  return failed(code, message, { data })
}
