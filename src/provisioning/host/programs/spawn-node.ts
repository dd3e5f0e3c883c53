import { type ChildProcess, spawn } from 'node:child_process'
import type { Child, ChildEnd, Spawn, SpawnError } from './spawn.ts'

/**
 * Node's own `spawn`, on every platform. It forks: the page tables of the whole process are copied, and the event loop stands
 * still meanwhile (4 ms for 100 MB). Where there is something better, that is used.
 */
export const nodeSpawn: Spawn = ({ program, args, env, stdin }) => {
  try {
    const child = spawn(program, args, {
      cwd: '/',
      env,
      detached: true,
      stdio: [stdin === 'null' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    return { ok: true, child: childOf(child) }
  } catch (error) {
    // Thrown and not emitted: an argument with a NUL, E2BIG, ENOMEM.
    return { ok: false, error: spawnError(error) }
  }
}

function childOf(child: ChildProcess): Child {
  const ended = new Promise<ChildEnd>((resolve) => {
    child.once('exit', (status, signal) => resolve({ kind: 'exit', status, signal }))
    child.once('error', (error) => resolve({ kind: 'not started', error: spawnError(error) }))
  })
  return {
    pid: child.pid,
    stdin: child.stdin,
    stdout: child.stdout!,
    stderr: child.stderr!,
    ended,
    isReaped: () => child.exitCode !== null || child.signalCode !== null,
  }
}

function spawnError(error: unknown): SpawnError {
  if (!(error instanceof Error)) return { code: null, message: String(error) }
  return { code: 'code' in error ? String(error.code) : null, message: error.message }
}
