import { closeSync, constants, mkdirSync, openSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Programs } from '../provisioning/host/programs/programs.ts'
import { isThere } from './files.ts'
import type { Move } from './restore-journal.ts'
import { type TarEntry, walkTar } from './tar-entries.ts'

export type DataUnpacked = { ok: true; moves: Move[] } | { ok: false; why: string }

const UNPACK_MS = 60 * 60_000
/** Where people's folders lie ready, in the folder of their places. */
const UNPACKED = '.usher-restore'
const TREES = ['memory', 'history'] as const

/**
 * Unpacks people's folders beside those that are there, in a folder that only root can enter, and says by which moves they take
 * their place. Every name in the archive is looked at before the first is written.
 */
export async function unpackData(
  programs: Pick<Programs, 'run'>,
  archive: string,
  data: string,
  stamp: string,
): Promise<DataUnpacked> {
  const links = new Set<string>()
  const fd = openSync(archive, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const walked = walkTar(fd, (entry) => lookAt(entry, links))
    if (!walked.ok) return { ok: false, why: `data.tar cannot be used: ${walked.why}` }
  } finally {
    closeSync(fd)
  }
  if (!isThere(data)) return { ok: false, why: `there is no folder ${data}` }
  const folder = join(data, UNPACKED)
  if (isThere(folder)) {
    const removed = await programs.run('/usr/bin/rm', ['-r', '-f', '--one-file-system', '--', folder])
    if (!removed.ok) return { ok: false, why: `${folder} of an earlier try cannot be removed` }
  }
  mkdirSync(folder, { mode: 0o700 })
  const unpacked = await programs.run(
    '/usr/bin/tar',
    ['--extract', `--file=${archive}`, '--numeric-owner', '--same-permissions', `--directory=${folder}`],
    { timeoutMs: UNPACK_MS },
  )
  if (!unpacked.ok)
    return { ok: false, why: `tar failed: ${unpacked.stderr.trim().split('\n').at(-1) ?? ''}` }
  return {
    ok: true,
    moves: TREES.filter((tree) => isThere(join(folder, tree))).map((tree) => ({
      target: join(data, tree),
      source: join(folder, tree),
      aside: join(data, `${tree}.before-restore-${stamp}`),
    })),
  }
}

/** Takes away what was unpacked into, once all of it has its place; what is still in use stays. */
export function removeEmptied(data: string): void {
  try {
    rmdirSync(join(data, UNPACKED))
  } catch {
    // There was none, or something is left in it, which goes with the next restore.
  }
}

/** Only what lies below the two trees, in no link's place, and nothing that is no file, folder, link or pipe. */
function lookAt({ name, type }: TarEntry, links: Set<string>): string | null {
  const shown = JSON.stringify(name.slice(0, 200))
  const parts = name.replace(/\/$/, '').split('/')
  if (!TREES.some((tree) => tree === parts[0])) return `${shown} is in neither memory nor history`
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return `${shown} leads elsewhere`
  if (type === 'other') return `${shown} is a device, a hard link, or nothing known`
  for (let depth = 1; depth < parts.length; depth++) {
    if (links.has(parts.slice(0, depth).join('/'))) return `${shown} is behind a symbolic link`
  }
  if (type === 'symlink') links.add(parts.join('/'))
  return null
}
