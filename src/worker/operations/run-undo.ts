import type { Run } from '../../domain/run.ts'
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
      const why = whyNotUndoable(store.runs.get(runId))
      if (why !== null) return refusal('not_undoable', `cannot undo run ${runId}: ${why}`)
      const checked = checkUndo(context, runId)
      const id = putDraft(context, caller, { kind: 'undo', runId }, answers.telegram_id, checked)
      return { ok: true, output: { request: requestView(context, names, reload(context, id)) } }
    },
  }
}

function whyNotUndoable(run: Run | null): string | null {
  if (run === null) return 'it does not exist'
  if (run.kind === 'undo') return 'it is itself an undo; onboard the person again instead'
  switch (run.state) {
    case 'succeeded':
      return null
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
