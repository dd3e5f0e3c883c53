import type { Run } from '../../domain/run.ts'
import type { Store } from '../../store/store.ts'
import { type Operation, refusal } from '../context.ts'
import { checkUndo } from './check-request.ts'
import { reload } from './load-request.ts'
import { loadRun } from './load-run.ts'
import { putDraft } from './request-draft.ts'
import { answersOf } from './request-subject.ts'
import { readNames } from './roster-names.ts'
import { requestView } from './views.ts'

/** Drafts a request that takes a succeeded run back; approved like any other, and always on a terminal too. */
export const runUndo: Operation<'run.undo'> = async (context, caller, { run_id: runId }) => {
  const { store } = context
  const loaded = loadRun(context, 'run.undo', caller, runId)
  if (!loaded.ok) return loaded
  const answers = answersOf(store, loaded.request)
  const names = await readNames(context.host)
  return {
    effect() {
      const why = whyNotUndoable(store, store.runs.get(runId))
      if (why !== null) return refusal('not_undoable', `cannot undo run ${runId}: ${why}`)
      const checked = checkUndo(context, runId)
      const id = putDraft(context, caller, { kind: 'undo', runId }, answers.telegram_id, checked)
      return { ok: true, output: { request: requestView(context, names, reload(context, id)) } }
    },
  }
}

/** Null when the run can be taken back. */
export function whyNotUndoable(store: Store, run: Run | null): string | null {
  if (run === null) return 'it does not exist'
  if (run.kind === 'undo') return 'it is itself an undo; onboard the person again instead'
  if (run.kind === 'retest') return 'it changed nothing'
  switch (run.state) {
    case 'succeeded': {
      const edit = store.runs.editedSince(run)
      return edit === null ? null : `the entry was edited since; undo run ${edit} first`
    }
    case 'undone':
      return 'it was undone already'
    case 'queued':
    case 'running':
    case 'undoing':
      return 'it is not finished yet'
    default:
      return `it is ${run.state}`
  }
}
