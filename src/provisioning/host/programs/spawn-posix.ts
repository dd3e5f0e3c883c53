import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import { constants } from 'node:os'
import { loadProcessCalls, type Pipe } from './libc-process.ts'
import type { ChildEnd, Spawn } from './spawn.ts'

/** A signal handler does not keep the event loop alive; a child that somebody waits for must. */
const KEEP_ALIVE_MS = 1000

/**
 * posix_spawn(3) of glibc on Linux: the child borrows our memory until its exec, so that starting a program takes 0.2 ms,
 * however large we are; a fork of 100 MB takes 4, in which nobody is served.
 *
 * INVARIANTS
 * - Node reaps only the children that it started itself, each by its pid, and so do we: neither takes the other's.
 * - SIGCHLD is listened to from before a start until no child of ours is left. One signal may stand for several ends:
 *   all are asked.
 * - A pid is free for somebody else only after we reaped it, and `isReaped` becomes true in the same turn.
 * - Our ends of the pipes are close-on-exec from their making on, as is every descriptor that Node opens; what we were started
 *   with may not be, and the child closes whatever is left above 2 (glibc 2.34).
 *
 * @throws Error where there is no glibc of 2.29 or later
 */
export function createPosixSpawn(): Spawn {
  const calls = loadProcessCalls()
  const children = new Map<number, (end: ChildEnd) => void>()
  let waiting: NodeJS.Timeout | undefined

  function reapAll(): void {
    for (const [pid, settle] of children) {
      const status = calls.reap(pid)
      if (status === 'running') continue
      children.delete(pid)
      settle(status === 'unknown' ? { kind: 'exit', status: null, signal: null } : endOf(status))
    }
    stopListening()
  }
  function listen(): void {
    if (waiting !== undefined) return
    process.on('SIGCHLD', reapAll)
    waiting = setInterval(reapAll, KEEP_ALIVE_MS)
  }
  function stopListening(): void {
    if (children.size > 0) return
    process.removeListener('SIGCHLD', reapAll)
    clearInterval(waiting)
    waiting = undefined
  }

  return ({ program, args, env, stdin }) => {
    const argv = [program, ...args]
    const environment = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    // A C string would end there, and the program would be told something else than was meant.
    if ([...argv, ...environment].some((text) => text.includes('\0'))) {
      return { ok: false, error: { code: null, message: 'an argument has a NUL' } }
    }
    const opened = calls.pipes(stdin === 'pipe' ? 3 : 2)
    if (!opened.ok) return opened
    const [output, errors, input] = opened.pipes as [Pipe, Pipe, Pipe?]

    listen()
    const started = calls.spawn(argv, environment, [input?.read ?? null, output.write, errors.write])
    for (const theirs of [output.write, errors.write, input?.read]) {
      if (theirs !== undefined) closeSync(theirs)
    }
    if (!started.ok) {
      stopListening()
      for (const ours of [output.read, errors.read, input?.write]) if (ours !== undefined) closeSync(ours)
      return started
    }
    const { pid } = started
    const { promise: ended, resolve } = Promise.withResolvers<ChildEnd>()
    children.set(pid, resolve)
    return {
      ok: true,
      child: {
        pid,
        stdin: input === undefined ? null : new Socket({ fd: input.write, readable: false, writable: true }),
        stdout: new Socket({ fd: output.read, readable: true, writable: false }),
        stderr: new Socket({ fd: errors.read, readable: true, writable: false }),
        ended,
        isReaped: () => children.get(pid) !== resolve,
      },
    }
  }
}

/** wait(2): the low 7 bits are the signal that ended it, the next 8 of the 16 its exit status. */
function endOf(status: number): ChildEnd {
  const ending = status & 0x7f
  if (ending === 0) return { kind: 'exit', status: (status >> 8) & 0xff, signal: null }
  const signal = Object.entries(constants.signals).find(([, number]) => number === ending)?.[0] ?? null
  return { kind: 'exit', status: null, signal: signal as NodeJS.Signals | null }
}
