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
  const refused = dataRefusal(archive)
  if (refused !== null) return { ok: false, why: `data.tar cannot be used: ${refused.why}` }
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

/**
 * Why people's folders in this archive would not be unpacked, and whose folder it is about (`memory/17`), where it is about one;
 * null when they would be. What is asked before a restore is asked of a fresh backup as well: what people put into their folders
 * must not keep the others' from coming back.
 */
export function dataRefusal(archive: string): { why: string; folder: string | null } | null {
  const links = new Set<string>()
  let folder: string | null = null
  const fd = openSync(archive, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const walked = walkTar(fd, (entry) => {
      const why = lookAt(entry, links)
      const [tree, person] = entry.name.split('/')
      if (why !== null && TREES.some((one) => one === tree) && person) folder = `${tree}/${person}`
      return why
    })
    return walked.ok ? null : { why: walked.why, folder }
  } finally {
    closeSync(fd)
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
  const shown = JSON.stringify(Buffer.from(name.slice(0, 200), 'latin1').toString('utf8'))
  const parts = name.replace(/\/$/, '').split('/')
  if (!TREES.some((tree) => tree === parts[0])) return `${shown} is in neither memory nor history`
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return `${shown} leads elsewhere`
  if (type === 'deep') return `${shown} leads deeper than a path can be long`
  if (type === 'other') return `${shown} is a device, a hard link, or nothing known`
  for (let depth = 1; depth < parts.length; depth++) {
    if (links.has(parts.slice(0, depth).join('/'))) return `${shown} is behind a symbolic link`
  }
  if (type === 'symlink') links.add(parts.join('/'))
  return null
}
