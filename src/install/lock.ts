import { rmdirSync } from 'node:fs'
import { withLockFile } from '../provisioning/host/files/lock-file.ts'
import { trustOf } from '../provisioning/host/files/safe-files-walk.ts'

const FOLDER = '/run/usher-install'

/** One installation, switch or removal at a time on a host. */
export async function withInstallLock<T>(
  work: () => Promise<T>,
): Promise<{ ok: true; value: T } | { ok: false; message: string }> {
  const locked = await withLockFile<{ value: T }>(`${FOLDER}/lock`, trustOf('system'), 0, async () => ({
    ok: true,
    value: await work(),
  }))
  if (!locked.ok) {
    const why = locked.failure.params?.['why'] ?? locked.failure.code
    return { ok: false, message: `cannot begin: another installation is under way (${why}); wait for it` }
  }
  try {
    rmdirSync(FOLDER)
  } catch {
    // The next one has it already.
  }
  return { ok: true, value: locked.value }
}
