import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Swapper {
  /** How often it has swapped, as far as it has said. */
  swaps(): number
  pid: number
  /** Ends it, if nobody else did, and says how often it has swapped in all. */
  end(): Promise<number>
}

const program = fileURLToPath(new URL('swapper.ts', import.meta.url))

/**
 * Starts a process of `uid` that swaps each pair of names in `folder` without rest, and moves what is there to `away` now and
 * then. Resolves when it has begun.
 */
export async function startSwapper(
  uid: number,
  folder: string,
  away: string,
  pairs: readonly `${string}:${string}`[],
): Promise<Swapper> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, folder, away, ...pairs],
    {
      uid,
      gid: uid,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  let swaps = 0
  let rest = ''
  const begun = Promise.withResolvers<void>()
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  child.once('exit', () => begun.reject(new Error('the swapper ended before it had begun')))
  child.stdin.on('error', () => {})
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    swaps = Number(lines.at(-1) ?? swaps)
    begun.resolve()
  })
  await begun.promise
  return {
    swaps: () => swaps,
    pid: child.pid!,
    async end() {
      child.stdin.end()
      const patience = setTimeout(() => child.kill('SIGKILL'), 2_000)
      await closed
      clearTimeout(patience)
      return swaps
    },
  }
}
