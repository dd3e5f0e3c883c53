import type { RunHead } from '../../domain/run.ts'
import type { Store } from '../../store/store.ts'

/**
 * Runs that an earlier worker began and did not end, oldest first. What to do with each follows from its state alone
 * (`performRun`): `running` goes on from the interrupted step and its record, `undoing` goes on undoing.
 *
 * A run that an undo run takes back is not listed beside it: the undo run works on its steps.
 */
export function interruptedRuns(store: Store): RunHead[] {
  const unfinished = store.runs.inState(['running', 'undoing'])
  const takenBack = new Set(unfinished.map(({ undoOf }) => undoOf))
  return unfinished.filter(({ id }) => !takenBack.has(id))
}
