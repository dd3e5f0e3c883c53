import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'

export interface DiskProblem {
  path: string
  problem: 'disk_full' | 'disk_read_only'
}

/** What a file system says of itself: the part of statfs(2) and access(2) that is asked here. */
export interface FileSystemLook {
  statfs(
    path: string,
  ): Promise<{ blocks: number; bavail: number; bsize: number; files: number; ffree: number }>
  access(path: string, mode: number): Promise<void>
}

/** Less than this is full: a home, its skeleton and a few records would not fit. */
const MINIMUM_FREE_BYTES = 4 * 1024 * 1024

/**
 * Which of these folders are on a file system that takes no more, or takes nothing. A folder that is missing or hidden is
 * not this function's to judge. Free is what an unprivileged process may use: the person's own writes come next.
 */
export async function diskProblems(
  folders: readonly string[],
  look: FileSystemLook = { statfs, access },
): Promise<DiskProblem[]> {
  const found = await Promise.all([...new Set(folders)].map((path) => problemOf(path, look)))
  return found.filter((problem) => problem !== null)
}

async function problemOf(path: string, look: FileSystemLook): Promise<DiskProblem | null> {
  try {
    const { blocks, bavail, bsize, files, ffree } = await look.statfs(path)
    // Some file systems count no blocks or no files at all.
    const full = (blocks > 0 && bavail * bsize < MINIMUM_FREE_BYTES) || (files > 0 && ffree === 0)
    if (full) return { path, problem: 'disk_full' }
    await look.access(path, constants.W_OK)
    return null
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EROFS' ? { path, problem: 'disk_read_only' } : null
  }
}
