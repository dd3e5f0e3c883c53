/** Runs one command to its end, as any uid, and gives what it printed. */
import { spawn } from 'node:child_process'

export interface CommandResult {
  status: number
  stdout: string
  stderr: string
}

export interface CommandOptions {
  cwd: string
  /** The whole environment; nothing is inherited. */
  env: Record<string, string>
  /** A real OS user with all its groups; needs root. Absent: the caller. */
  as?: string
  input?: string
  timeoutMs?: number
}

/** Resolves when the command and its output have ended; `status` is 128+N after signal N, as in a shell. */
export async function runCommand(
  argv: readonly [string, ...string[]],
  options: CommandOptions,
): Promise<CommandResult> {
  const { cwd, env, as, input = '', timeoutMs = 30_000 } = options
  const [program, ...args] = as === undefined ? argv : [...becoming(as), ...argv]
  const child = spawn(program!, args, { cwd, env, stdio: 'pipe', timeout: timeoutMs, killSignal: 'SIGKILL' })
  const result = { status: 0, stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (result.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (result.stderr += text))
  child.stdin.on('error', () => {}) // a command that ends without reading its input is no failure
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve({ ...result, status: code ?? (signal === 'SIGKILL' ? 137 : 143) })
    })
  })
}

/** setpriv(1) becomes that user for good, as a unit with `User=` would. */
export function becoming(osUser: string): [string, ...string[]] {
  return [
    'setpriv',
    `--reuid=${osUser}`,
    `--regid=${osUser}`,
    '--init-groups',
    '--inh-caps=-all',
    '--no-new-privs',
    '--',
  ]
}
