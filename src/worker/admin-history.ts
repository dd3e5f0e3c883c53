import { closeSync, constants, fsyncSync, lstatSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

/** Whether the roster has ever had an admin: from then on the config's first admins count no more, for good. */
export interface AdminHistory {
  hadAdmin(): boolean
  /** Durable when it returns; if it cannot be, it is true at least for as long as this worker runs. */
  recordAdmin(): { ok: true } | { ok: false; why: string }
}

/**
 * The history as an empty marker file in the worker's own state folder (root-only to write). Anything but a clear "there
 * is no such file" counts as "there was an admin": privilege never comes from a failure to look.
 */
export function createAdminHistory(file: string): AdminHistory {
  let had = exists(file)
  return {
    hadAdmin: () => had,
    recordAdmin: () => {
      if (had) return { ok: true }
      had = true
      try {
        const { O_CREAT, O_WRONLY, O_NOFOLLOW } = constants
        sync(openSync(file, O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600))
        sync(openSync(dirname(file), constants.O_RDONLY))
        return { ok: true }
      } catch (error) {
        return { ok: false, why: `cannot write ${file}: ${(error as Error).message}` }
      }
    },
  }
}

function sync(descriptor: number): void {
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function exists(file: string): boolean {
  try {
    lstatSync(file)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}
