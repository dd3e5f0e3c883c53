import { type ChildProcess, spawn } from 'node:child_process'

export interface WorkerProcess {
  child: ChildProcess
  /** JSON lines of the log so far. */
  log(): Record<string, unknown>[]
  stderr(): string
  stdout(): string
  /** Exit status, or 128 + the signal's number. */
  ended: Promise<number>
  kill(signal: NodeJS.Signals): Promise<number>
}

export interface WorkerProcessOptions {
  args?: string[]
  uid?: number
  gid?: number
  env?: Record<string, string>
  /** Of another checkout than this one. */
  launch?: string
}

/** The real `usher worker`; resolves when it is ready or has ended. */
export async function startWorkerProcess(options: WorkerProcessOptions = {}): Promise<WorkerProcess> {
  const { args = [], uid, gid, env = {}, launch = 'src/launch.js' } = options
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', launch, 'worker', ...args],
    {
      ...(uid === undefined ? {} : { uid, gid: gid ?? uid }),
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let stderr = ''
  let stdout = ''
  const ready = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk
      if (stderr.includes('"msg":"ready"')) resolve()
    })
  })
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk
  })
  const ended = new Promise<number>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)))
  })
  await Promise.race([ready, ended])
  return {
    child,
    log: () =>
      stderr
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    stderr: () => stderr,
    stdout: () => stdout,
    ended,
    kill: (signal) => {
      child.kill(signal)
      return ended
    },
  }
}
