import { GrammyError, HttpError } from 'grammy'
import { type Logger, pino } from 'pino'
import { spelledOut } from '../protocol/json-document.ts'
import { type LineDestination, prefixed } from '../supervision/journal.ts'

export type { Logger }

/** A level that pino knows; anything else counts as `info`. */
export function logLevel(wanted: string | null): string {
  return wanted === 'silent' || (wanted !== null && Object.hasOwn(pino.levels.values, wanted))
    ? wanted
    : 'info'
}

/**
 * JSON lines on stderr, for the journal each with its priority before it. Never texts of messages, names or tokens: ids, kinds and
 * codes only.
 */
export function createLogger(level = 'info', name: 'bot' | 'witness' = 'bot', toJournal = false): Logger {
  const stderr: LineDestination = pino.destination({ fd: 2, sync: true })
  const lines = toJournal ? prefixed(stderr) : stderr
  return pino(
    { level, base: { process: name }, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => void lines.write(spelledOut(line)) },
  )
}

/** What may be logged of an error: no payloads and no addresses, because those have texts and the token in them. */
export function describeError(error: unknown): Record<string, unknown> {
  if (error instanceof GrammyError) {
    return {
      error: 'bot_api',
      method: error.method,
      code: error.error_code,
      description: unquoted(error.description),
    }
  }
  if (error instanceof HttpError) {
    const inner = error.error
    const cause = inner instanceof Error && inner.cause instanceof Error ? inner.cause : inner
    return { error: 'network', code: codeOf(cause) }
  }
  if (error instanceof Error) {
    return {
      error: error.name,
      // What cannot be parsed is quoted by who tried.
      ...(error instanceof SyntaxError ? {} : { message: unquoted(error.message.slice(0, 500)) }),
      at: error.stack?.split('\n').slice(1, 4),
    }
  }
  return { error: typeof error }
}

/** Without what it quotes: that may be of a message. */
function unquoted(text: string): string {
  return text.replace(/["“«`].*$/s, '…')
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  return error instanceof Error ? error.name : 'unknown'
}
