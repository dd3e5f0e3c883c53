import type { Request } from '../../domain/request.ts'
import type { Run, RunChoice } from '../../domain/run.ts'
import type { Store } from '../../store/store.ts'

/**
 * Whether a run can be taken back. What was edited since is taken back first: the entry is no longer the one that the run wrote.
 * An undo itself is not, and what proved something changed nothing.
 */
export function isUndoable(store: Store, run: Run): boolean {
  if (run.state !== 'succeeded' || run.kind === 'undo' || run.kind === 'retest') return false
  return store.runs.editedSince(run) === null
}

/**
 * What may be done about a run now, in principle. A run that was deliberately taken back offers nothing: it did not fail.
 */
export function choicesOf(store: Store, run: Run, request: Request): RunChoice[] {
  if (run.closed !== null) return []
  switch (run.state) {
    case 'succeeded':
      return isUndoable(store, run) ? ['undo'] : []
    case 'undone': {
      const isLast = request.state === 'approved' && store.runs.newestOf(request.id) === run.id
      return isLast && store.runs.takenBackBy(run.id) === null ? ['retry', 'keep'] : []
    }
    case 'failed':
      return ['resume', 'abandon']
    default:
      return []
  }
}
