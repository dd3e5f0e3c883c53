/** A real systemd as PID 1 of its own namespaces, for tests of units: what is inside stands in `boot.sh`. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { collect, type SandboxResult } from '../sandbox/sandbox.ts'

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url))

export type SystemdSandboxOptions = {
  /** A folder of the real machine that is writable inside, at /run/usher-scratch. */
  readonly rwScratch?: string
  /** The unit to boot. Default: multi-user.target. */
  readonly unit?: string
}

export type SystemdSandbox = {
  /** The pid of that systemd, as seen from the machine. */
  readonly pid: number
  /** `running`, or `degraded` when a unit of the machine failed to start. */
  readonly state: string
  /** Runs a command inside as root with a clean environment, in the checkout, and waits for its end. */
  run(argv: readonly [string, ...string[]], input?: string): Promise<SandboxResult>
  /** Starts one, for those that go on. It ends with the sandbox. */
  spawn(argv: readonly [string, ...string[]], options?: SpawnOptions): ChildProcess
  /** What systemd wrote to its console until now. */
  console(): string
  /** Ends everything inside at once and waits until nothing is left. May be called twice. */
  stop(): Promise<void>
}

/**
 * Boots one, in about half a second. Any number may run side by side. It ends with the calling process, however that
 * ends. Throws when it does not boot, with the console's text. Root on Linux only.
 */
export async function bootSystemd(options: SystemdSandboxOptions = {}): Promise<SystemdSandbox> {
  const { rwScratch, unit } = options
  const flags = [
    ...(rwScratch === undefined ? [] : ['--rw-scratch', rwScratch]),
    ...(unit === undefined ? [] : ['--unit', unit]),
  ]
  const boot = spawn('setpriv', ['--pdeathsig', 'KILL', '--', script('boot.sh'), ...flags], { stdio: 'pipe' })
  let messages = ''
  boot.stderr.setEncoding('utf8').on('data', (text: string) => {
    messages += text
  })
  const closed = once(boot, 'close')
  const first = await Promise.race([once(boot.stdout.setEncoding('utf8'), 'data'), closed])
  const ready = /^ready (\d+) (\w+)$/m.exec(String(first[0]))
  if (ready === null) throw new Error(`cannot boot a systemd sandbox:\n${messages}`)
  const pid = Number(ready[1])

  const sandbox: SystemdSandbox = {
    pid,
    state: ready[2]!,
    run: (argv, input) => collect(sandbox.spawn(argv, { stdio: 'pipe' }), input),
    spawn: (argv, spawnOptions = {}) => spawn(script('enter.sh'), [String(pid), ...argv], spawnOptions),
    console: () => messages,
    stop: async () => {
      boot.stdin.end()
      await closed
    },
  }
  return sandbox
}

/** Boots one for `use` and ends it afterwards, however that went. */
export async function withSystemd<Result>(
  use: (systemd: SystemdSandbox) => Promise<Result>,
  options: SystemdSandboxOptions = {},
): Promise<Result> {
  const systemd = await bootSystemd(options)
  try {
    return await use(systemd)
  } finally {
    await systemd.stop()
  }
}
