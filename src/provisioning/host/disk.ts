import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'

export interface DiskProblem {
  path: string
  problem: 'disk_full' | 'disk_read_only'
}

/** Less than this is full: a home, its skeleton and a few records would not fit. */
const MINIMUM_FREE_BYTES = 4 * 1024 * 1024

/**
 * Which of these folders are on a file system that takes no more, or takes nothing. A folder that is missing or hidden is
 * not this function's to judge. Free is what an unprivileged process may use: the person's own writes come next.
 */
export async function diskProblems(folders: readonly string[]): Promise<DiskProblem[]> {
  const found = await Promise.all([...new Set(folders)].map(problemOf))
  return found.filter((problem) => problem !== null)
}

async function problemOf(path: string): Promise<DiskProblem | null> {
  try {
    const { bavail, bsize, files, ffree } = await statfs(path)
    // Some file systems count no files at all.
    if (bavail * bsize < MINIMUM_FREE_BYTES || (files > 0 && ffree === 0))
      return { path, problem: 'disk_full' }
    await access(path, constants.W_OK)
    return null
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EROFS' ? { path, problem: 'disk_read_only' } : null
  }
}
