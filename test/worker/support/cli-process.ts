import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface CliResult {
  status: number
  stdout: string
  stderr: string
  /** The one document of `--json`. */
  json: Record<string, unknown>
}

export interface CliProcessOptions {
  uid?: number
  env?: Record<string, string>
  /** What is typed; without it there is no terminal and no input. */
  types?: string
  cwd?: string
}

const launcher = fileURLToPath(new URL('../../../usher', import.meta.url))

/** The real `usher` through its launcher; with `types` on a terminal of its own (script(1)). */
export async function usher(argv: readonly string[], options: CliProcessOptions = {}): Promise<CliResult> {
  const { uid, env = {}, types, cwd = '/' } = options
  const quoted = [launcher, ...argv].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const [program, words] =
    types === undefined
      ? [launcher, [...argv]]
      : ['/usr/bin/script', ['--quiet', '--return', '--command', quoted, '/dev/null']]
  const child = spawn(program, words, {
    ...(uid === undefined ? {} : { uid, gid: uid }),
    cwd,
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: uid === undefined ? '/root' : '/nonexistent',
      NO_COLOR: '1',
      ...env,
    },
    stdio: [types === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  const text = { stdout: '', stderr: '' }
  let typed = types === undefined
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text.stdout += chunk
    // A question is there: the plan above it was shown.
    if (!typed && text.stdout.includes('?')) {
      typed = true
      setTimeout(() => child.stdin?.write(types ?? ''), 100)
    }
  })
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text.stderr += chunk
  })
  const status = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 128))
  })
  return {
    status,
    ...text,
    get json() {
      return JSON.parse(text.stdout) as Record<string, unknown>
    },
  }
}
