import pino from 'pino'

/** The worker's log. It never gets secrets, answers or anything else that people wrote: ids, codes and times only. */
export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>

/** JSON lines on stderr, written at once so that the last line before a crash is there. */
export function createLog(level: pino.LevelWithSilent = 'info'): Log {
  return pino(
    { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
}

const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** A level by its name, `info` for anything else. */
export function logLevel(name: string | null): pino.LevelWithSilent {
  return name !== null && LEVELS.includes(name) ? (name as pino.LevelWithSilent) : 'info'
}
