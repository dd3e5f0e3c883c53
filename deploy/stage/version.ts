import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'

/** Where a staged tree comes from: all that may differ between two stagings of the same files. */
export type Origin = {
  /** `X.Y.Z` of package.json. */
  readonly release: string
  /** Seconds since 1970 of HEAD's commit: the time of every staged file. */
  readonly time: number
  /** HEAD is tagged `vX.Y.Z` and no tracked file was changed since. */
  readonly tagged: boolean
}

/** Asks git. Without it, or outside of a clone, the time is `epoch` (SOURCE_DATE_EPOCH), else the lockfile's. */
export function originOf(checkout: string, release: string, epoch: string | undefined): Origin {
  const set = epoch !== undefined && /^[0-9]{1,11}$/.test(epoch) ? Number(epoch) : null
  const commit = git(checkout, ['show', '--no-patch', '--format=%ct', 'HEAD'])
  if (commit === null) {
    const time = set ?? Math.floor(statSync(join(checkout, 'package-lock.json')).mtimeMs / 1000)
    return { release, time, tagged: false }
  }
  const tags = git(checkout, ['tag', '--points-at', 'HEAD'])?.split('\n') ?? []
  const clean = git(checkout, ['status', '--porcelain', '--untracked-files=no']) === ''
  return { release, time: set ?? Number(commit), tagged: clean && tags.includes(`v${release}`) }
}

/** `X.Y.Z`, or `X.Y.Z+YYYYMMDDhhmmss.HHHHHHHH` between two releases: the commit's time in UTC, then what was staged. */
export function versionOf(origin: Origin, contentHash: string): string {
  if (origin.tagged) return origin.release
  const stamp = new Date(origin.time * 1000).toISOString().replace(/[-:T]|\..*$/g, '')
  return `${origin.release}+${stamp}.${contentHash.slice(0, 8)}`
}

function git(checkout: string, argv: readonly string[]): string | null {
  try {
    return execFileSync('git', ['-C', checkout, ...argv], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
}
