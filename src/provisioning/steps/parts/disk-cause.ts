import type { StepFailure } from '../../../domain/step.ts'
import { diskProblems } from '../../host/files/disk.ts'

/**
 * What a program of a person could not write, by its cause: a shell's own words for a full disk are "I/O error". Anything but a
 * failure to write there, and where there is room, stays what it is.
 */
export async function byDiskCause(failure: StepFailure, folder: string): Promise<StepFailure> {
  if (failure.code !== 'program_failed' && failure.code !== 'folder_not_usable') return failure
  const [found] = await diskProblems([folder])
  if (found === undefined) return failure
  const code = found.problem === 'disk_full' ? 'disk_full' : 'read_only'
  return { code, params: { path: folder }, ...(failure.detail ? { detail: failure.detail } : {}) }
}
