import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import type { StepFailure } from '../../../domain/step.ts'
import { BoundedOutput } from './bounded-output.ts'
import { OUTPUT_LIMIT_BYTES, type ProgramResult, type RunOptions } from './programs.ts'
import type { ChildEnd, Spawn, SpawnError, SpawnResult } from './spawn.ts'

/** `useradd` waits 15 s for a lock; nothing of ours needs longer without saying so. */
const DEFAULT_TIMEOUT_MS = 30_000
/** How long after the program's own end somebody else may still hold its pipes before they are closed. */
const PIPE_GRACE_MS = 100
/** How long after a stop the program may take to end before it is given up; the pipes are closed at once. */
const STOP_GRACE_MS = 3_000
const UMASK = 0o077

export interface Launch extends RunOptions {
  program: string
  args: string[]
  /** Ends everything that the program started; default: SIGKILL to its process group. It must not throw. */
  stop?: (leader: number) => Promise<void> | void
}

/** `runProgram` with the way of starting that this platform has. */
export type RunLaunch = (launch: Launch) => Promise<ProgramResult>

type Stop = 'deadline' | 'aborted'

/**
 * Starts one program and waits for it by the rules that `Programs` promises. `Spawn` gives the argv array (no shell), the
 * session and the descriptors; the rest is here.
 *
 * INVARIANTS
 * - The promise settles at the latest `STOP_GRACE_MS` after the deadline or abort, whoever still holds a pipe.
 * - `stop` is called at most once, and only while the leader is not reaped: its pid, and the process group of that
 *   number, cannot be anybody else's.
 *
 * @throws Error when `program` is not an absolute path: that is a bug
 */
export async function runProgram(spawn: Spawn, launch: Launch): Promise<ProgramResult> {
  const { program, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = launch
  if (!program.startsWith('/')) throw new Error(`cannot run "${program}": not an absolute path`)
  const startedAt = performance.now()
  const settle = (outcome: Outcome): ProgramResult => ({
    ...outcome,
    durationMs: performance.now() - startedAt,
  })
  if (signal?.aborted) return settle(failed({ code: 'interrupted', detail: `${program} was not started` }))

  const started = start(spawn, launch)
  if (!started.ok) return settle(failed(startFailure(program, started.error)))
  const { child } = started
  const stdout = new BoundedOutput(child.stdout, OUTPUT_LIMIT_BYTES)
  const stderr = new BoundedOutput(child.stderr, OUTPUT_LIMIT_BYTES)
  child.stdin?.on('error', () => {}) // The program need not read what it is given.
  child.stdin?.end(launch.stdin)

  let stopped: Stop | null = null
  const gaveUp = Promise.withResolvers<End>()
  const stop = (why: Stop): void => {
    if (stopped !== null || child.pid === undefined || child.isReaped()) return
    stopped = why
    child.stdin?.destroy()
    child.stdout.destroy()
    child.stderr.destroy()
    void (launch.stop ?? killGroup)(child.pid)
    setTimeout(() => gaveUp.resolve({ kind: 'unkillable' }), STOP_GRACE_MS).unref()
  }
  const deadline = setTimeout(stop, timeoutMs, 'deadline')
  const onAbort = (): void => stop('aborted')
  signal?.addEventListener('abort', onAbort, { once: true })

  const end = await Promise.race([child.ended, gaveUp.promise])
  clearTimeout(deadline)
  signal?.removeEventListener('abort', onAbort)
  const pipes = Promise.all([stdout.ended, stderr.ended])
  if (end.kind === 'exit' && stopped === null) {
    // What was said before the end is in the pipes. A timer may come before they were ever looked at; what follows it does not.
    await Promise.race([pipes, delay(PIPE_GRACE_MS).then(() => nextTurn())])
  }
  child.stdout.destroy()
  child.stderr.destroy()

  const output = { stdout: stdout.text, stderr: stderr.text }
  if (end.kind === 'not started') return settle(failed(startFailure(program, end.error)))
  if (stopped !== null) {
    const detail = end.kind === 'unkillable' ? `${program} does not end\n${output.stderr}` : output.stderr
    const failure: StepFailure =
      stopped === 'deadline' || isTimeout(signal)
        ? {
            code: 'timed_out',
            params: { program, after_ms: Math.round(performance.now() - startedAt) },
            detail,
          }
        : { code: 'interrupted', params: { program }, detail }
    return settle({ ok: false, failure, status: null, ...output })
  }
  if (end.kind === 'exit' && end.status === 0) return settle({ ok: true, ...output })
  const status = end.kind === 'exit' ? end.status : null
  const failure: StepFailure = {
    code: 'program_failed',
    params: { program, status: status ?? (end.kind === 'exit' ? (end.signal ?? 'unknown') : 'unknown') },
    detail: output.stderr.trim() || output.stdout.trim(),
  }
  return settle({ ok: false, failure, status, ...output })
}

type Outcome = ProgramResult extends infer R ? (R extends unknown ? Omit<R, 'durationMs'> : never) : never

type End = ChildEnd | { kind: 'unkillable' }

/** A child has our umask: ours is set around the one synchronous call that makes it. */
function start(spawn: Spawn, { program, args, env = {}, stdin }: Launch): SpawnResult {
  const umask = process.umask(UMASK)
  try {
    return spawn({ program, args, env, stdin: stdin === undefined ? 'null' : 'pipe' })
  } finally {
    process.umask(umask)
  }
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // Gone already.
  }
}

function failed(failure: StepFailure): Outcome {
  return { ok: false, failure, status: null, stdout: '', stderr: '' }
}

function startFailure(program: string, error: SpawnError): StepFailure {
  if (error.code === 'ENOENT') return { code: 'program_missing', params: { program } }
  return { code: 'program_failed', params: { program, status: 'not started' }, detail: error.message }
}

function isTimeout(signal: AbortSignal | undefined): boolean {
  return signal?.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
}
