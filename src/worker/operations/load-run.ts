import type { Request } from '../../domain/request.ts'
import type { Run, RunChoice } from '../../domain/run.ts'
import type { OperationName } from '../../protocol/operations.ts'
import type { RefusalReason } from '../../protocol/refusals.ts'
import type { Caller, Ownership } from '../caller.ts'
import { because, type EngineContext, type Refusal, refusal } from '../context.ts'
import { choicesOf } from '../running/run-choices.ts'
import { mayCallOwn, refuseAccess } from './ownership.ts'
import { answersOf } from './request-subject.ts'

export type LoadedRun = { ok: true; run: Run; request: Request } | (Refusal & { ok: false })

/** The run that an operation is about with its request, if the caller may do that to it. */
export function loadRun(
  { store }: EngineContext,
  operation: OperationName,
  caller: Caller,
  id: number,
): LoadedRun {
  const run = store.runs.get(id)
  const request = run === null ? null : store.requests.get(run.requestId)
  const own = request !== null && mayCallOwn(caller, request, answersOf(store, request))
  const ownership: Ownership = request === null ? 'absent' : own ? 'own' : 'foreign'
  const refused = refuseAccess(operation, caller, ownership, `run ${id}`)
  if (refused !== null) return { ok: false, ...refused }
  if (run === null || request === null) {
    return refusal('not_found', `cannot find run ${id}: there is no such thing, or it is not yours to see`)
  }
  return { ok: true, run, request }
}

/** The run again, inside the transaction; gone is a bug, runs are never deleted. */
export function reloadRun({ store }: EngineContext, id: number): { run: Run; request: Request } {
  const run = store.runs.get(id)
  const request = run === null ? null : store.requests.get(run.requestId)
  if (run === null || request === null) throw new Error(`run ${id} disappeared`)
  return { run, request }
}

/** The refusal of a choice that this run does not offer now; null when it does. */
export function refuseChoice(
  { store }: EngineContext,
  choice: RunChoice,
  run: Run,
  request: Request,
): (Refusal & { ok: false }) | null {
  if (choicesOf(store, run, request).includes(choice)) return null
  const { reason, why } = whyNot(run, request)
  return refusal(
    'wrong_state',
    `cannot ${choice} run ${run.id}: ${why}`,
    because(reason, {
      ...{ run: run.id, choice, request: request.id },
      state: run.closed?.kind ?? run.state,
    }),
  )
}

function whyNot(run: Run, request: Request): { reason: RefusalReason; why: string } {
  if (run.closed !== null) {
    return run.closed.kind === 'kept'
      ? { reason: 'run_kept', why: 'somebody took note of it already' }
      : { reason: 'run_abandoned', why: 'what it left was accepted already' }
  }
  switch (run.state) {
    case 'succeeded':
      return { reason: 'run_succeeded', why: 'it succeeded' }
    case 'failed': {
      const why = `its undo could not finish; see 'usher run show ${run.id}'`
      return { reason: 'run_undo_unfinished', why }
    }
    case 'undone':
      return request.state === 'submitted'
        ? { reason: 'run_waits_already', why: `request ${request.id} waits for a decision already` }
        : { reason: 'run_nothing_to_choose', why: 'it was undone, and nothing is left to choose' }
    case 'superseded':
      return { reason: 'run_went_back', why: `request ${request.id} went back to be decided anew` }
    case 'cancelled':
      return { reason: 'run_cancelled', why: 'it was cancelled' }
    default:
      return { reason: 'run_unfinished', why: 'it is not finished yet' }
  }
}
