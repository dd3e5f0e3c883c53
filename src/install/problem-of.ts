import type { Outcome } from '../setup/ensure.ts'
import { PROGRAM_FOLDER } from './record.ts'

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EIO: 'the device reports an error',
}

/** What the file system or a signal said, for people. */
export function problemOf(error: unknown): Outcome {
  if (isAbort(error)) return { state: 'problem', subject: 'install', text: 'stopped before its end' }
  const { code, path, dest, message } = error as NodeJS.ErrnoException & { dest?: string }
  const subject = dest ?? path ?? PROGRAM_FOLDER
  return { state: 'problem', subject, text: `cannot write there: ${WORDS[code ?? ''] ?? message}` }
}

/** Whether this is the file system's or a signal's word, and no bug. */
export function isExpected(error: unknown): boolean {
  return isAbort(error) || (error instanceof Error && 'syscall' in error)
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
