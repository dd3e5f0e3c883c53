import { GrammyError, HttpError } from 'grammy'
import { type Logger, pino } from 'pino'

export type { Logger }

/** A level that pino knows; anything else counts as `info`. */
export function logLevel(wanted: string | null): string {
  return wanted === 'silent' || (wanted !== null && Object.hasOwn(pino.levels.values, wanted))
    ? wanted
    : 'info'
}

/** JSON lines on stderr. Never texts of messages, names or tokens: ids, kinds and codes only. */
export function createLogger(level = 'info', name: 'bot' | 'witness' = 'bot'): Logger {
  return pino(
    { level, base: { process: name }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  )
}

/** What may be logged of an error: no payloads and no addresses, because those have texts and the token in them. */
export function describeError(error: unknown): Record<string, unknown> {
  if (error instanceof GrammyError) {
    return { error: 'bot_api', method: error.method, code: error.error_code, description: error.description }
  }
  if (error instanceof HttpError) {
    const inner = error.error
    const cause = inner instanceof Error && inner.cause instanceof Error ? inner.cause : inner
    return { error: 'network', code: codeOf(cause) }
  }
  if (error instanceof Error) {
    return {
      error: error.name,
      message: error.message.slice(0, 500),
      at: error.stack?.split('\n').slice(1, 4),
    }
  }
  return { error: typeof error }
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  return error instanceof Error ? error.name : 'unknown'
}
