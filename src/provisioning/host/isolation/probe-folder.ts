import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  mkdirSync,
  openSync,
} from 'node:fs'
import { join } from 'node:path'
import type { FileOutcome } from '../files/safe-files.ts'

/** `nobody`: neither root nor any person. */
const PROBE_UID = 65_534
const MODE = 0o700

/**
 * A folder that belongs to neither root nor a person and that nobody else may enter: what every new person must fail to
 * read, also on a host without other people. It lies in the state folder, which is root's own, and stays there.
 */
export async function ensureProbeFolder(stateDir: string): Promise<FileOutcome<{ path: string }>> {
  const path = join(stateDir, 'isolation-probe')
  try {
    // Two runs at once find or make the same one; nobody removes it.
    if (!existsSync(path)) mkdirSync(path, { mode: MODE })
    const folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
    try {
      const { uid, gid, mode } = fstatSync(folder)
      if (uid !== PROBE_UID || gid !== PROBE_UID) fchownSync(folder, PROBE_UID, PROBE_UID)
      if ((mode & 0o7777) !== MODE) fchmodSync(folder, MODE)
    } finally {
      closeSync(folder)
    }
    return { ok: true, path }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return {
      ok: false,
      failure: { code: 'path_unsafe', params: { path, why: 'not a folder to prove with' }, detail },
    }
  }
}
