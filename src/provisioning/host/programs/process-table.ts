import { readdirSync, readFileSync } from 'node:fs'

/** A process as /proc shows it. `pid` alone names nobody for long; `pid` and `startTime` together do, until reboot. */
export interface ProcessIdentity {
  pid: number
  /** Clock ticks from boot to its start (proc(5), stat field 22). */
  startTime: string
}

export interface ProcessEntry extends ProcessIdentity {
  parent: number
  /** Session id: the pid of the session's first process. */
  session: number
  /** Real, effective, saved and file system uid. */
  uids: number[]
  /** One letter of proc(5): R, S, D, T, Z (ended, not yet reaped)… */
  state: string
}

/** All pids of this pid namespace and those below it. */
export function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
}

/** One process, or null when there is none of this pid (any more). */
export function readProcess(pid: number): ProcessEntry | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    const uids = /^Uid:\t(\d+)\t(\d+)\t(\d+)\t(\d+)$/m.exec(status)
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold spaces and parentheses; after its end: state, parent, …, start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (!uids || fields.length < 20) return null
    return {
      pid,
      parent: Number(fields[1]),
      session: Number(fields[3]),
      uids: uids.slice(1).map(Number),
      state: fields[0]!,
      startTime: fields[19]!,
    }
  } catch {
    return null
  }
}

/** Whether the process is still the one that was seen and has not ended. */
export function isStillThere(seen: ProcessIdentity): boolean {
  const now = readProcess(seen.pid)
  return now !== null && now.startTime === seen.startTime && !hasEnded(now)
}

/** Whether nothing of it runs any more, though its parent has not reaped it yet. */
export function hasEnded(process: ProcessEntry): boolean {
  return process.state === 'Z' || process.state === 'X'
}

/** Sends SIGKILL to the process that was seen, never to another that got its pid since. */
export function killProcess(seen: ProcessIdentity): void {
  if (!isStillThere(seen)) return
  signalQuietly(seen.pid, 'SIGKILL')
}

/** `kill(2)` that takes "no such process" for an answer. */
export function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone already.
  }
}
