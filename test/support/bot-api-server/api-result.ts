/** The answer of a Bot API method as it goes over the wire (https://core.telegram.org/bots/api#making-requests). */
export type ApiResult<T = unknown> = ApiSuccess<T> | ApiFailure

export interface ApiSuccess<T = unknown> {
  ok: true
  result: T
  description?: string
}

export interface ApiFailure {
  ok: false
  error_code: number
  description: string
  parameters?: { retry_after?: number }
}

export const success = <T>(result: T, description?: string): ApiSuccess<T> =>
  description === undefined ? { ok: true, result } : { ok: true, result, description }

/** A 400 with Telegram's own prefix. */
export const badRequest = (reason: string): ApiFailure => ({
  ok: false,
  error_code: 400,
  description: `Bad Request: ${reason}`,
})

export const forbidden = (reason: string): ApiFailure => ({
  ok: false,
  error_code: 403,
  description: `Forbidden: ${reason}`,
})

export const conflict = (reason: string): ApiFailure => ({
  ok: false,
  error_code: 409,
  description: `Conflict: ${reason}`,
})

export const tooManyRequests = (retryAfter: number): ApiFailure => ({
  ok: false,
  error_code: 429,
  description: `Too Many Requests: retry after ${retryAfter}`,
  parameters: { retry_after: retryAfter },
})
