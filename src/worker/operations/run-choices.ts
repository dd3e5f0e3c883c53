import { actorKey } from '../../domain/actor.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Request } from '../../domain/request.ts'
import type { Run } from '../../domain/run.ts'
import { hasUnsafeCharacters } from '../../domain/unsafe-text.ts'
import { type EngineContext, type Operation, refusal } from '../context.ts'
import type { OperationResult } from '../engine.ts'
import { planDifferences } from '../planning/plan-differences.ts'
import { giveUpAccess } from './access/follow.ts'
import { checkRequest, holderOf } from './check-request.ts'
import { reload } from './load-request.ts'
import { loadRun, refuseChoice, reloadRun } from './load-run.ts'
import { adoptedUid, answersOf, eventSubject, heldBy, identityOf } from './request-subject.ts'
import { returnRequest } from './return-request.ts'
import { type Names, readNames } from './roster-names.ts'
import { requestView, runView } from './views.ts'

/** The request of a run that was undone, again: planned anew, submitted, to be approved like any other. */
export const runRetry: Operation<'run.retry'> = async (context, caller, { run_id: runId }) => {
  const loaded = loadRun(context, 'run.retry', caller, runId)
  if (!loaded.ok) return loaded
  const early = refuseChoice(context, 'retry', loaded.run, loaded.request)
  if (early !== null) return early
  const { store } = context
  const names = await readNames(context.host)
  const checked = await checkRequest(context, loaded.request, answersOf(store, loaded.request))
  if (checked.violations.length > 0) {
    return refusal('invalid', `cannot retry run ${runId}: the host does not agree; nothing was changed`, {
      violations: checked.violations,
    })
  }
  return {
    effect() {
      const { run, request } = reloadRun(context, runId)
      const refused =
        refuseChoice(context, 'retry', run, request) ?? refuseHeld(context, checked.resources, request.id)
      if (refused !== null) return refused
      store.holds.take(checked.resources, request.id)
      const { plan, basis } = checked.plan(identityOf(request))
      const differences =
        plan.digest === request.plan.digest
          ? []
          : planDifferences(JSON.parse(store.requests.basis(request.id)) as JsonObject, basis)
      const back = { kind: 'retry', runId, differences } as const
      returnRequest(context, request, checked, back, actorKey(caller.actor))
      return {
        ok: true,
        output: { request: requestView(context, names, reload(context, request.id)) },
      }
    },
  }
}

/** Somebody takes note that a run stays undone. */
export const runKeep: Operation<'run.keep'> = async (context, caller, { run_id: runId }) => {
  const loaded = loadRun(context, 'run.keep', caller, runId)
  if (!loaded.ok) return loaded
  const names = await readNames(context.host)
  const { store, events, clock } = context
  return {
    effect() {
      const { run, request } = reloadRun(context, runId)
      const refused = refuseChoice(context, 'keep', run, request)
      if (refused !== null) return refused
      const by = actorKey(caller.actor)
      store.runs.close(runId, 'undone', { kind: 'kept', at: clock(), by, reason: null })
      events.append('run.kept', eventSubject(store, request, runId), by, { kind: run.kind })
      giveUpAccess(context, request.id, by)
      return answer(context, names, runId)
    },
  }
}

/** An undo that could not finish goes on from its records, holding its person as before. */
export const runResume: Operation<'run.resume'> = async (context, caller, { run_id: runId }) => {
  const loaded = loadRun(context, 'run.resume', caller, runId)
  if (!loaded.ok) return loaded
  const names = await readNames(context.host)
  const { store, events } = context
  return {
    effect() {
      const { run, request } = reloadRun(context, runId)
      const runs = together(context, run)
      const [working = run] = runs
      const resources = heldResources(context, request)
      const refused =
        refuseChoice(context, 'resume', run, request) ?? refuseHeld(context, resources, working.requestId)
      if (refused !== null) return refused
      store.holds.take(resources, working.requestId)
      for (const one of runs) {
        const to = one.kind === 'undo' ? 'running' : 'undoing'
        const found = store.runs.transition(one.id, 'failed', to, { finishedAt: null })
        if (!found) throw new Error(`run ${one.id} is not failed although run ${runId} is`)
        for (const { index } of one.steps.filter(({ state }) => state === 'undo_failed')) {
          store.runs.setStep(one.id, index, ['undo_failed'], { state: 'undoing', undoFailure: null })
        }
        const about = { requestId: one.requestId, runId: one.id, telegramId: one.telegramId }
        events.append('run.resumed', about, actorKey(caller.actor), { kind: one.kind })
      }
      return answer(context, names, working.id)
    },
  }
}

/** What an undo left is accepted: the run ends as it is, and lets go of its person. */
export const runAbandon: Operation<'run.abandon'> = async (context, caller, { run_id: runId, reason }) => {
  const loaded = loadRun(context, 'run.abandon', caller, runId)
  if (!loaded.ok) return loaded
  if (hasUnsafeCharacters(reason)) {
    const violations = [{ field: 'reason', code: 'text_has_control_characters' as const }]
    return refusal('invalid', 'cannot use this reason', { violations })
  }
  const names = await readNames(context.host)
  const { store, events, clock } = context
  return {
    effect() {
      const { run, request } = reloadRun(context, runId)
      const refused = refuseChoice(context, 'abandon', run, request)
      if (refused !== null) return refused
      const by = actorKey(caller.actor)
      for (const one of together(context, run)) {
        const closed = store.runs.close(one.id, 'failed', { kind: 'abandoned', at: clock(), by, reason })
        if (!closed) throw new Error(`run ${one.id} cannot be closed although run ${runId} can`)
        store.holds.release(one.requestId)
        const left = one.steps.filter(({ state }) => state === 'undo_failed').map(({ kind }) => kind)
        const about = { requestId: one.requestId, runId: one.id, telegramId: one.telegramId }
        events.append('run.abandoned', about, by, { kind: one.kind, left, reason })
        giveUpAccess(context, one.requestId, by)
      }
      return answer(context, names, runId)
    },
  }
}

/** A run that was being taken back and the undo run that does it fail, go on and end together; the one that works comes first. */
function together({ store }: EngineContext, run: Run): Run[] {
  const doing = run.kind === 'undo' ? run.id : store.runs.takenBackBy(run.id)
  const target = run.kind === 'undo' ? run.undoOf : run.id
  return [doing, target].flatMap((id) => {
    const found = id === null ? null : store.runs.get(id)
    return found === null ? [] : [found]
  })
}

/** What the request, or that of the run which it takes back, holds against others. */
function heldResources({ store }: EngineContext, request: Request): string[] {
  const { subject } = request
  const taken = subject.kind === 'undo' ? store.runs.get(subject.runId) : null
  const target = taken === null ? request : (store.requests.get(taken.requestId) ?? request)
  return heldBy(store, request, adoptedUid(target))
}

function refuseHeld(context: EngineContext, resources: readonly string[], requestId: number) {
  const held = context.store.holds.heldByOther(resources, requestId)
  if (held === null) return null
  return refusal('held', `cannot do this: request ${held.requestId} holds the same person`, {
    params: { ...holderOf(context, held.requestId), resource: held.resource },
  })
}

function answer<N extends 'run.keep' | 'run.resume' | 'run.abandon'>(
  context: EngineContext,
  names: Names,
  runId: number,
): OperationResult<N> {
  const { run, request } = reloadRun(context, runId)
  return { ok: true, output: { run: runView(context, names, run, request) } } as OperationResult<N>
}
