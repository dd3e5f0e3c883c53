/** A long-running process of a stage: started, watched, killed and started again; its log is kept. */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

export interface DaemonSpec {
  /** For messages: `worker`, `bot`. */
  name: string
  argv: readonly [string, ...string[]]
  cwd: string
  /** The whole environment; nothing is inherited. */
  env: Record<string, string>
  /** Looked at again and again, from the start on, until it says true. */
  isReady(): Promise<boolean>
  readyWithinMs: number
  /** After its end: whether the others have noticed. */
  isForgotten?(): Promise<boolean>
}

export interface Daemon {
  readonly name: string
  readonly pid: number | null
  /** Starts it and waits until it is ready. Rejects with its log when it ends before, or is too late. */
  start(): Promise<void>
  /** The same without waiting for readiness. */
  launch(): void
  ready(): Promise<void>
  /** SIGTERM, then SIGKILL after `graceMs`; resolves when it is gone. Nothing happens when it does not run. */
  stop(graceMs?: number): Promise<{ status: number | null; signal: NodeJS.Signals | null } | null>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** What it wrote to stdout and stderr, over all its lives. */
  log(): string
}

const MAX_LOG = 1 << 20
const LOOK_EVERY_MS = 5

export function createDaemon(spec: DaemonSpec): Daemon {
  let child: ChildProcess | null = null
  let ended: Promise<{ status: number | null; signal: NodeJS.Signals | null }> | null = null
  let log = ''
  const keep = (text: string) => {
    log = (log + text).slice(-MAX_LOG)
  }

  const forgotten = async () => {
    for (let looks = 0; looks < 200 && spec.isForgotten && !(await spec.isForgotten()); looks += 1) {
      await sleep(LOOK_EVERY_MS)
    }
  }

  const daemon: Daemon = {
    name: spec.name,
    get pid() {
      return child?.pid ?? null
    },
    async start() {
      daemon.launch()
      await daemon.ready()
    },
    launch() {
      if (child !== null) throw new Error(`cannot start the ${spec.name}: it runs already`)
      const [program, ...args] = spec.argv
      const started = spawn(program, args, {
        cwd: spec.cwd,
        env: spec.env,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      child = started
      for (const stream of [started.stdout, started.stderr]) stream?.setEncoding('utf8').on('data', keep)
      ended = new Promise((resolve) => {
        started.once('error', (error) => {
          keep(`cannot start ${program}: ${error.message}\n`)
          child = null
          resolve({ status: null, signal: null })
        })
        started.once('exit', (status, signal) => {
          keep(`(the ${spec.name} ended: ${signal ?? `status ${status}`})\n`)
          child = null
          resolve({ status, signal })
        })
      })
    },
    async ready() {
      const deadline = performance.now() + spec.readyWithinMs
      while (!(await spec.isReady())) {
        if (child === null)
          throw new Error(`the ${spec.name} ended before it was ready. Its log:\n${tail(log)}`)
        if (performance.now() > deadline) {
          throw new Error(
            `the ${spec.name} is not ready after ${spec.readyWithinMs} ms. Its log:\n${tail(log)}`,
          )
        }
        await sleep(LOOK_EVERY_MS)
      }
    },
    async stop(graceMs = 5000) {
      if (child === null || ended === null) return null
      const running = child
      running.kill('SIGTERM')
      const timer = setTimeout(() => running.kill('SIGKILL'), graceMs)
      const result = await ended
      clearTimeout(timer)
      await forgotten()
      return result
    },
    async kill() {
      if (child === null || ended === null) return
      child.kill('SIGKILL')
      await ended
      await forgotten()
    },
    log: () => log,
  }
  return daemon
}

function tail(log: string): string {
  return log.split('\n').slice(-60).join('\n')
}
