import pino from 'pino'
import { spelledOut } from '../protocol/json-document.ts'
import { type LineDestination, prefixed } from '../supervision/journal.ts'

/**
 * The worker's log. It never gets secrets, answers, names, or what programs said: ids of requests and runs, codes and times; what a
 * step said is in its run. No control character and nothing invisible stands in a line raw.
 */
export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>

/**
 * JSON lines on stderr, written at once so that the last line before a crash is there; for the journal each with its priority
 * before it.
 */
export function createLog(
  level: pino.LevelWithSilent = 'info',
  toJournal = false,
  destination: LineDestination = pino.destination({ dest: 2, sync: true }),
): Log {
  const lines = toJournal ? prefixed(destination) : destination
  return pino(
    // In JSON such characters stand inside of strings alone, where their escapes mean the same.
    { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => void lines.write(spelledOut(line)) },
  )
}

const LEVELS: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** A level by its name, `info` for anything else. */
export function logLevel(name: string | null): pino.LevelWithSilent {
  return name !== null && LEVELS.includes(name) ? (name as pino.LevelWithSilent) : 'info'
}
