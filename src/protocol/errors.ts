import { z } from 'zod'
import { VIOLATION_CODES } from '../domain/violation.ts'

/** Stable error codes of the API and of `--json`, each with the CLI's exit status and the HTTP status. */
export const ERROR_CODES = {
  invalid: { exit: 2, http: 422 },
  bad_request: { exit: 2, http: 400 },
  too_large: { exit: 2, http: 413 },
  not_permitted: { exit: 3, http: 403 },
  not_found: { exit: 3, http: 404 },
  unknown_operation: { exit: 2, http: 404 },
  denied: { exit: 3, http: 409 },
  expired: { exit: 3, http: 409 },
  digest_differs: { exit: 4, http: 409 },
  already_decided: { exit: 4, http: 409 },
  key_reused: { exit: 4, http: 409 },
  held: { exit: 4, http: 409 },
  second_worker: { exit: 4, http: 409 },
  not_undoable: { exit: 2, http: 409 },
  clock_behind: { exit: 2, http: 409 },
  wrong_state: { exit: 2, http: 409 },
  claim_refused: { exit: 3, http: 403 },
  invite_refused: { exit: 3, http: 403 },
  step_up_required: { exit: 3, http: 403 },
  challenge_refused: { exit: 4, http: 409 },
  factor_refused: { exit: 3, http: 403 },
  frozen: { exit: 3, http: 409 },
  too_many: { exit: 3, http: 429 },
  version_mismatch: { exit: 5, http: 426 },
  unreachable: { exit: 5, http: 503 },
  shutting_down: { exit: 5, http: 503 },
  roster_unusable: { exit: 2, http: 409 },
  internal: { exit: 1, http: 500 },
} as const
export type ErrorCode = keyof typeof ERROR_CODES

export const violationSchema = z.strictObject({
  field: z.string(),
  code: z.enum(VIOLATION_CODES),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
})

/** `{ok:false, error}`: `message` is for people; programs branch on `code` and `violations`. */
export const apiErrorSchema = z.strictObject({
  code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  violations: z.array(violationSchema).optional(),
})
export type ApiError = z.infer<typeof apiErrorSchema>
