import { closeSync, constants, fchmodSync, fstatSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import koffi from 'koffi'

export type LockResult =
  | { ok: true; release: () => void }
  | { ok: false; code: 'held' | 'unusable'; message: string }

/**
 * Takes the lock that makes this the only worker of a state folder, for as long as the process lives (flock(2), so kill -9
 * gives it back). The file is 0600 in a 0700 folder: whoever can open a lock file can hold it.
 */
export function lockAsOnlyWorker(file: string, ownUid: number): LockResult {
  const lockExclusive = 2
  const nonBlocking = 4
  let descriptor = -1
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    descriptor = openSync(file, constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW, 0o600)
    const stat = fstatSync(descriptor)
    if (!stat.isFile() || stat.uid !== ownUid) throw new Error('it is not a file of our own')
    fchmodSync(descriptor, 0o600)
    const flock = koffi
      .load(process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6')
      .func('int flock(int, int)')
    if (flock(descriptor, lockExclusive | nonBlocking) !== 0) {
      closeSync(descriptor)
      return { ok: false, code: 'held', message: `cannot start: another worker holds ${file}; stop it first` }
    }
  } catch (error) {
    if (descriptor !== -1) closeSync(descriptor)
    return {
      ok: false,
      code: 'unusable',
      message: `cannot take the lock ${file}: ${(error as Error).message}`,
    }
  }
  return { ok: true, release: () => closeSync(descriptor) }
}
