/**
 * A machine of one's own for tests and the demo: private namespaces around one command. What is private, and how it
 * ends, stands in `enter.sh` and `hold.sh` beside this file.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where the checkout is seen in every sandbox: read-only, and every uid can traverse and read it. */
export const checkoutInSandbox = '/opt/usher-checkout'

/** Where `rwScratch` is seen. */
export const scratchInSandbox = '/run/usher-scratch'

const enter = fileURLToPath(new URL('enter.sh', import.meta.url))

export type SandboxOptions = {
  /** A folder of the real machine that is writable inside, at {@link scratchInSandbox}. */
  readonly rwScratch?: string
  /** Nothing but loopback. Default: the machine's own network. */
  readonly privateNetwork?: boolean
}

/** What a command in a sandbox ended with; output is text. `status` is 128+N when signal N ended the command. */
export type SandboxResult = { readonly status: number; readonly stdout: string; readonly stderr: string }

/** True inside a sandbox: what makes accounts or writes to /etc must not run anywhere else. */
export function insideSandbox(): boolean {
  return existsSync('/run/usher-sandbox')
}

/**
 * Starts `argv` as root in a new sandbox and gives the process that holds it. Ending that process, in any way, ends
 * everything inside; so does the end of the caller. Meant for root on Linux: see {@link canUnshare}.
 */
export function spawnInSandbox(
  argv: readonly [string, ...string[]],
  options: SandboxOptions & SpawnOptions = {},
): ChildProcess {
  const { rwScratch, privateNetwork, ...spawnOptions } = options
  const flags = [
    ...(rwScratch === undefined ? [] : ['--rw-scratch', rwScratch]),
    ...(privateNetwork ? ['--private-network'] : []),
  ]
  return spawn('setpriv', ['--pdeathsig', 'KILL', '--', enter, ...flags, ...argv], spawnOptions)
}

/** Runs `argv` in a new sandbox with `input` on its standard input and waits until nothing of it is left. */
export async function runInSandbox(
  argv: readonly [string, ...string[]],
  options: SandboxOptions & Pick<SpawnOptions, 'env' | 'signal'> & { readonly input?: string } = {},
): Promise<SandboxResult> {
  const { input, ...rest } = options
  return collect(spawnInSandbox(argv, { ...rest, stdio: 'pipe' }), input)
}

/** May this process make sandboxes? `why` is for people. Takes about 0.2 s. */
export async function canUnshare(): Promise<
  { readonly ok: true } | { readonly ok: false; readonly why: string }
> {
  if (process.platform !== 'linux')
    return { ok: false, why: `private namespaces need Linux, not ${process.platform}` }
  if (process.getuid?.() !== 0)
    return { ok: false, why: `it needs root: uid ${process.getuid?.()} may not make private namespaces` }
  try {
    const { status, stderr } = await runInSandbox(['true'])
    if (status === 0) return { ok: true }
    return {
      ok: false,
      why: `this machine does not allow private namespaces: ${stderr.trim() || `status ${status}`}`,
    }
  } catch (error) {
    return { ok: false, why: `cannot start setpriv (package util-linux): ${(error as Error).message}` }
  }
}

/** Waits for the end of `child` and of its output. Rejects when it could not be started. */
export async function collect(child: ChildProcess, input = ''): Promise<SandboxResult> {
  const read = async (stream: NodeJS.ReadableStream | null) => {
    let text = ''
    if (stream !== null) for await (const chunk of stream.setEncoding('utf8')) text += chunk
    return text
  }
  child.stdin?.on('error', () => {}) // a command that ends without reading its input is no failure
  child.stdin?.end(input)
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)))
  })
  const [status, stdout, stderr] = await Promise.all([ended, read(child.stdout), read(child.stderr)])
  return { status, stdout, stderr }
}
