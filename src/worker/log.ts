import pino from 'pino'
import { spelledOut } from '../protocol/json-document.ts'

/**
 * The worker's log. It never gets secrets or answers: ids, codes and times, and of a step that failed what its program said.
 * That may be a person's own program, so no control character and nothing invisible stands in a line raw.
 */
export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>

/** JSON lines on stderr, written at once so that the last line before a crash is there. */
export function createLog(
  level: pino.LevelWithSilent = 'info',
  destination: { write(line: string): unknown } = pino.destination({ dest: 2, sync: true }),
): Log {
  return pino(
    // In JSON such characters stand inside of strings alone, where their escapes mean the same.
    { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => void destination.write(spelledOut(line)) },
  )
}

const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** A level by its name, `info` for anything else. */
export function logLevel(name: string | null): pino.LevelWithSilent {
  return name !== null && LEVELS.includes(name) ? (name as pino.LevelWithSilent) : 'info'
}
