import type { Run } from '../../domain/run.ts'
import type { Store } from '../../store/store.ts'
import { because, type Operation, type Refusal, refusal } from '../context.ts'
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
      const refused = refuseUndo(store, store.runs.get(runId), runId)
      if (refused !== null) return refused
      const checked = checkUndo(context, runId)
      const id = putDraft(context, caller, { kind: 'undo', runId }, answers.telegram_id, checked)
      return { ok: true, output: { request: requestView(context, names, reload(context, id)) } }
    },
  }
}

/** The refusal of an undo of this run; null when it can be taken back. */
export function refuseUndo(store: Store, run: Run | null, runId: number): (Refusal & { ok: false }) | null {
  const not = (why: string, more = {}) => refusal('not_undoable', `cannot undo run ${runId}: ${why}`, more)
  if (run === null) return not('it does not exist')
  const about = { run: runId, state: run.state }
  if (run.kind === 'undo') {
    return not('it is itself an undo; onboard the person again instead', because('undo_of_undo', about))
  }
  if (run.kind === 'retest') return not('it changed nothing', because('undo_of_retest', about))
  switch (run.state) {
    case 'succeeded': {
      const edit = store.runs.editedSince(run)
      if (edit === null) return null
      const why = `the entry was edited since; undo run ${edit} first`
      return not(why, because('edited_since', { ...about, edit }))
    }
    case 'undone':
      return not('it was undone already', because('undone_already', about))
    case 'queued':
    case 'running':
    case 'undoing':
      return not('it is not finished yet', because('undo_of_unfinished', about))
    default:
      return not(`it is ${run.state}`, because('undo_of_ended', about))
  }
}
