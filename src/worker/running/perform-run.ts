import type { RunHead } from '../../domain/run.ts'
import type { StoredStep } from '../../store/queries/runs.ts'
import type { EngineContext } from '../context.ts'
import { undoOrder } from '../planning/planner-undo.ts'
import type { RunTransitions } from './run-transitions.ts'
import { applyStep, undoStep } from './step-execution.ts'

/** Tells a run to come to rest: `wanted` between two steps, `signal` inside one. */
export interface StopSwitch {
  wanted(): boolean
  signal: AbortSignal
}

/**
 * Brings a run that is `running` or `undoing` to its end from wherever its steps are, so that a first start and a
 * recovery (`resumed`) are the same code.
 *
 * INVARIANTS
 * - A transition is committed before its side effect (`applying`, `undoing`) and after it; the step's own journal is
 *   in between.
 * - A step found `applying` is applied again with its record; one found `undoing` is undone again. Both are safe to repeat.
 * - Nothing is applied any more once the run is `undoing`.
 */
export async function performRun(
  context: EngineContext,
  transitions: RunTransitions,
  runId: number,
  resumed: boolean,
  stop: StopSwitch,
): Promise<void> {
  const run = reload(context, runId)
  if (run.kind === 'undo') return takeBack(context, transitions, run, stop)
  if (run.state === 'running' && !(await applyAll(context, transitions, run, resumed, stop))) return
  if (reload(context, runId).state === 'undoing') await undoAll(context, transitions, run, stop)
}

/** False when the worker stops in between. */
async function applyAll(
  context: EngineContext,
  transitions: RunTransitions,
  run: RunHead,
  resumed: boolean,
  stop: StopSwitch,
): Promise<boolean> {
  const { store, events, log } = context
  const ahead = store.runs.steps(run.id).filter(({ state }) => state !== 'applied')
  const succeed = () => {
    transitions.run(run, 'running', 'succeeded')
    store.holds.release(run.requestId)
  }
  let step = ahead.shift()
  if (step === undefined) {
    events.commit(succeed)
    return true
  }
  // The claim has begun the first step; one that was interrupted is another attempt.
  if (step.state === 'pending' || resumed) {
    const begun = step
    step = events.commit(() => transitions.begin(run, begun))
  }
  for (;;) {
    const current: StoredStep = step
    const outcome = await applyStep(context, { run, undoing: false }, current, stop.signal)
    if ('stopped' in outcome) return false
    if (!outcome.ok) {
      const { failure, notes } = outcome
      log.warn(
        { request: run.requestId, run: run.id, step: current.plan.kind, failure: failure.code },
        'a step failed',
      )
      events.commit(() => {
        transitions.failed(run, current, failure, notes)
        transitions.run(run, 'running', 'undoing', { index: current.index, step: current.plan.kind })
      })
      return true
    }
    const following = ahead.shift()
    const resting = following !== undefined && stop.wanted()
    const begun = events.commit(() => {
      transitions.applied(run, current, outcome.notes)
      if (resting) return null
      if (following !== undefined) return transitions.begin(run, following)
      succeed()
      return null
    })
    if (resting) return false
    if (begun === null) return true
    step = begun
  }
}

const TO_UNDO: ReadonlySet<StoredStep['state']> = new Set(['applying', 'applied', 'failed', 'undoing'])

/** Undoes every step that was begun, access first, `service` settling last; ends the run as `undone` or `failed`. */
async function undoAll(
  context: EngineContext,
  transitions: RunTransitions,
  run: RunHead,
  stop: StopSwitch,
): Promise<void> {
  const { store, events } = context
  const order = undoOrder(store.runs.steps(run.id))
  for (const step of order.filter(({ state }) => TO_UNDO.has(state))) {
    if (stop.wanted()) return
    events.commit(() => transitions.beginUndo(run, step))
    const outcome = await undoStep(context, { run, undoing: false }, step, stop.signal)
    if ('stopped' in outcome) return
    events.commit(() => transitions.undone(run, step, outcome))
  }
  events.commit(() => {
    const steps = store.runs.steps(run.id)
    for (const { index, state } of steps) {
      if (state === 'pending') store.runs.setStep(run.id, index, ['pending'], { state: 'skipped' })
    }
    const left = steps.filter(({ state }) => state === 'undo_failed').map(({ plan }) => plan.kind)
    transitions.run(run, 'undoing', left.length === 0 ? 'undone' : 'failed', { left })
    // What is left is somebody's to remove or accept before anything else is done about this person.
    if (left.length === 0) store.holds.release(run.requestId)
  })
}

const TAKEN_BACK: ReadonlySet<StoredStep['state']> = new Set(['undone', 'kept', 'undo_failed'])

/**
 * An undo run: its steps are those of the run that it takes back, in undo order. Each step's state is kept on both, so
 * that both receipts are true; the record is the older run's.
 */
async function takeBack(
  context: EngineContext,
  transitions: RunTransitions,
  run: RunHead,
  stop: StopSwitch,
): Promise<void> {
  const { store, events } = context
  const target = reload(context, run.undoOf ?? 0)
  const originals = new Map(store.runs.steps(target.id).map((step) => [step.plan.kind, step]))
  for (const step of store.runs.steps(run.id).filter(({ state }) => !TAKEN_BACK.has(state))) {
    if (stop.wanted()) return
    const original = originals.get(step.plan.kind)
    if (original === undefined) throw new Error(`run ${target.id} has no step ${step.plan.kind}`)
    events.commit(() => {
      transitions.beginUndo(run, step)
      store.runs.setStep(target.id, original.index, ['applied', 'undoing'], { state: 'undoing' })
    })
    const outcome = await undoStep(context, { run: target, undoing: true }, original, stop.signal)
    if ('stopped' in outcome) return
    events.commit(() => {
      transitions.undone(run, step, outcome)
      store.runs.setStep(target.id, original.index, ['undoing'], {
        state: outcome.state === 'failed' ? 'undo_failed' : outcome.state,
        notes: [...original.notes, ...outcome.notes],
        undoFailure: outcome.state === 'failed' ? outcome.failure : null,
      })
    })
  }
  events.commit(() => {
    const left = store.runs
      .steps(run.id)
      .filter(({ state }) => state === 'undo_failed')
      .map(({ plan }) => plan.kind)
    transitions.run(target, 'undoing', left.length === 0 ? 'undone' : 'failed', { by_run: run.id, left })
    if (left.length === 0) transitions.run(run, 'running', 'succeeded')
    else {
      transitions.run(run, 'running', 'undoing')
      transitions.run(run, 'undoing', 'failed', { left })
    }
    if (left.length === 0) store.holds.release(run.requestId)
  })
}

function reload({ store }: EngineContext, id: number): RunHead {
  const run = store.runs.head(id)
  if (run === null) throw new Error(`run ${id} disappeared`)
  return run
}
