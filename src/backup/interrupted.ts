import { join } from 'node:path'
import { takeWorkerLock } from '../store/backup.ts'
import { finishJournal, journalOf, readJournal } from './restore-journal.ts'

/**
 * - `none`: no restore was interrupted
 * - `finished`: one was, and is finished now: config and roster may be others than those that were read
 * - `busy`: one is under way, or a worker runs
 */
export type Interrupted = 'none' | 'finished' | 'busy'

/** Finishes a restore that was interrupted: half a restore is nothing that anybody could start from. Throws what hinders it. */
export function finishInterrupted(state: string, owners: readonly number[]): Interrupted {
  const journal = readJournal(journalOf(state), owners)
  if (journal === null) return 'none'
  const release = takeWorkerLock(join(state, 'usher.db'))
  if (release === null) return 'busy'
  try {
    // It may have been finished while the lock was waited for.
    const left = readJournal(journalOf(state), owners)
    if (left !== null) finishJournal(state, left)
    return 'finished'
  } finally {
    release()
  }
}
