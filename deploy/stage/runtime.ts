import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What the launcher starts Node with. They are part of what the compile cache is made for. */
export const RUNTIME_FLAGS = [
  '--v8-pool-size=0',
  '--max-semi-space-size=2',
  '--optimize-for-size',
  '--disable-warning=ExperimentalWarning',
] as const

/** The folder of the pinned runtime in `checkout`, by the platform's name. Throws where npm has none. */
export function pinnedRuntime(checkout: string): string {
  const folder = join(checkout, `node_modules/node-${process.platform}-${process.arch}`)
  if (existsSync(join(folder, 'bin/node'))) return folder
  throw new Error(
    `cannot stage: no Node is pinned for ${process.platform} ${process.arch}, or it is not installed; run: npm ci`,
  )
}

/** Copies the pinned runtime to `file`, without the symbols that only a debugger reads: 108 MB instead of 184. */
export function copyRuntime(folder: string, file: string): void {
  mkdirSync(dirname(file), { recursive: true })
  copyFileSync(join(folder, 'bin/node'), file)
  binutils('strip', ['--strip-all', file])
}

/** The oldest glibc with every symbol that these files link to, as `2.28`. */
export function minimumGlibc(files: readonly string[]): string {
  const needed = files.flatMap((file) => [
    ...binutils('objdump', ['--private-headers', file]).matchAll(/\bGLIBC_([0-9]+)\.([0-9]+)/g),
  ])
  const versions = needed.map(([, major, minor]) => [Number(major), Number(minor)] as const)
  const [newest] = versions.sort((a, b) => b[0] - a[0] || b[1] - a[1])
  if (newest === undefined) throw new Error(`cannot stage: ${files.join(', ')} is not linked to glibc`)
  return newest.join('.')
}

function binutils(program: 'strip' | 'objdump', argv: readonly string[]): string {
  try {
    return execFileSync(program, argv, { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Error(`cannot stage: ${program} is missing; install it (Debian: apt install binutils)`)
  }
}
