import { chmodSync, lstatSync, mkdirSync, renameSync, rmdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { whyOf } from '../../domain/step.ts'
import type { InstallHost, Removal } from '../context.ts'
import type { MadeOf } from '../record.ts'

const RM = '/usr/bin/rm'
const NONE = { state: 'gone', text: 'is not there any more' } as const

/**
 * Takes a folder away with everything in it. People write in some of them: it is moved first into a folder that only root can
 * enter, and coreutils' rm(1) removes it there, which follows no link, leaves other file systems alone, and does not lose the race
 * against somebody who swaps an entry.
 */
export async function removeWithContents(
  host: InstallHost,
  { path }: MadeOf<'folder'>,
  dryRun: boolean,
): Promise<Removal> {
  const real = `${host.root}${path}`
  const away = `${dirname(real)}/.${basename(real)}.usher-removed`
  const begun = lstatSync(away, { throwIfNoEntry: false }) !== undefined
  const there = lstatSync(real, { throwIfNoEntry: false })
  if (there === undefined && !begun) return { ...NONE, subject: path }
  if (there !== undefined && !there.isDirectory())
    return { state: 'kept', subject: path, text: 'stays: it is no folder any more' }
  if (dryRun) return { state: 'removed', subject: path, text: 'folder removed with all that is in it' }
  const hidden = `${away}/${basename(real)}`
  if (!begun) mkdirSync(away, { mode: 0o700 })
  chmodSync(away, 0o700)
  const moved = there === undefined || moves(real, hidden)
  const removed = await host.programs.run(
    RM,
    ['--recursive', '--force', '--one-file-system', '--', ...(moved ? [hidden] : [hidden, real])],
    { timeoutMs: 600_000 },
  )
  if (!removed.ok) {
    const why = removed.stderr.trim() || whyOf(removed.failure)
    return { state: 'failed', subject: path, text: `cannot remove all of it, see ${away}: ${why}` }
  }
  rmdirSync(away)
  return { state: 'removed', subject: path, text: 'folder removed with all that is in it' }
}

/** A folder of an overlay's lower layer cannot be renamed; rm(1) is safe where it stands, too. */
function moves(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EXDEV') return false
    throw error
  }
}
