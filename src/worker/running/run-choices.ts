import type { Request } from '../../domain/request.ts'
import type { Run, RunChoice } from '../../domain/run.ts'
import type { Store } from '../../store/store.ts'

/**
 * What may be done about a run now, in principle. A run that was deliberately taken back offers nothing: it did not fail.
 */
export function choicesOf(store: Store, run: Run, request: Request): RunChoice[] {
  if (run.closed !== null) return []
  switch (run.state) {
    case 'succeeded':
      return run.kind === 'undo' ? [] : ['undo']
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
