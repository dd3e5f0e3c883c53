import { fstatSync } from 'node:fs'

/** Takes whole lines. */
export interface LineDestination {
  write(line: string): unknown
}

/**
 * Whether what is written to `fd` goes to the journal: `JOURNAL_STREAM` names the device and the inode of the stream that the
 * service manager connected (systemd.exec(5)); what was redirected since is something else.
 */
export function isJournalStream(journalStream: string | null, fd = 2): boolean {
  if (journalStream === null) return false
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true })
    return journalStream === `${dev}:${ino}`
  } catch {
    return false
  }
}

/** Priorities of syslog(3) by pino's levels; what lies between two levels is the lower one. */
const PRIORITIES: readonly (readonly [level: number, priority: number])[] = [
  [60, 2],
  [50, 3],
  [40, 4],
  [30, 6],
]
const DEBUG = 7

/**
 * Puts the priority before each line of pino's, as sd-daemon(3) has it, so that `journalctl -p err` finds what is one. The line
 * itself stays JSON: the journal takes the prefix away.
 */
export function prefixed(destination: LineDestination): LineDestination {
  return {
    write(line) {
      const level = Number(/^\{"level":([0-9]{1,3})/.exec(line)?.[1] ?? 0)
      const priority = PRIORITIES.find(([from]) => level >= from)?.[1] ?? DEBUG
      return destination.write(`<${priority}>${line}`)
    },
  }
}
