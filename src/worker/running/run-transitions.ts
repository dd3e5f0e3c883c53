import type { EventType } from '../../domain/event.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { RunHead, RunState } from '../../domain/run.ts'
import type { Note, StepFailure } from '../../domain/step.ts'
import { hasEnded } from '../../domain/transitions.ts'
import type { UndoOutcome } from '../../provisioning/step-kind.ts'
import type { StoredStep } from '../../store/queries/runs.ts'
import type { EngineContext } from '../context.ts'
import { grantAccess } from '../operations/access/follow.ts'

/** Longest text from outside in an event; the whole is in the step. */
const DETAIL_MAX = 2000

/**
 * The transitions of runs and their steps, each with its event. All are called inside `events.commit`, several in one
 * transaction where they belong together, so that a step's end and the next one's begin cost one flush.
 */
export interface RunTransitions {
  run(run: RunHead, from: RunState, to: RunState, data?: JsonObject): void
  /** Returns the step as it is then. */
  begin(run: RunHead, step: StoredStep): StoredStep
  applied(run: RunHead, step: StoredStep, notes: Note[]): void
  failed(run: RunHead, step: StoredStep, failure: StepFailure, notes: Note[]): void
  beginUndo(run: RunHead, step: StoredStep): void
  undone(run: RunHead, step: StoredStep, outcome: UndoOutcome): void
  /** What came of the activation of a run that had succeeded, after its person pressed Start. */
  activated(run: RunHead, step: StoredStep, notes: Note[]): void
  notActivated(run: RunHead, step: StoredStep, failure: StepFailure): void
}

export function createRunTransitions(context: EngineContext): RunTransitions {
  const { store, events, clock, stuck, tally, log } = context
  const append = (type: EventType, run: RunHead, data: JsonObject = {}) => {
    events.append(
      type,
      { requestId: run.requestId, runId: run.id, telegramId: run.telegramId },
      'worker',
      data,
    )
  }
  const about = ({ index, plan }: StoredStep): JsonObject => ({ index, kind: plan.kind })
  const guard = (changed: boolean, run: RunHead) => {
    // One runner owns a run; anything else is a bug, and rolling back is the safe answer.
    if (!changed) throw new Error(`run ${run.id} is not in the state that its runner saw`)
  }
  const durationOf = ({ startedAt }: StoredStep) =>
    startedAt === null ? 0 : Math.max(0, clock() - startedAt)

  const stepEnded = (run: RunHead, { plan }: StoredStep, outcome: 'applied' | 'failed', ms: number) => {
    tally.step(plan.kind, outcome, ms / 1000)
    log.info({ request: run.requestId, run: run.id, step: plan.kind, outcome, ms }, 'step')
  }

  return {
    run(run, from, to, data = {}) {
      const now = clock()
      const times = to === 'running' ? { startedAt: now } : to === 'undoing' ? {} : { finishedAt: now }
      const before = store.runs.head(run.id)
      guard(store.runs.transition(run.id, from, to, times), run)
      if (to === 'succeeded' && run.kind === 'onboard') {
        grantAccess(context, run.telegramId, run.requestId)
      }
      const { requestId, id, kind } = run
      events.afterCommit(() => log.info({ request: requestId, run: id, kind, state: to }, 'run'))
      // One that is taken back had ended already.
      if (hasEnded(to) && before !== null && before.startedAt !== null && before.finishedAt === null) {
        const seconds = Math.max(0, now - before.startedAt) / 1000
        events.afterCommit(() => tally.run(run.kind, to, seconds))
      }
      append(to === 'running' ? 'run.started' : (`run.${to}` as EventType), run, { kind: run.kind, ...data })
    },
    begin(run, step) {
      const attempts = step.attempts + 1
      const state = { state: 'applying', startedAt: clock(), attempts } as const
      guard(store.runs.setStep(run.id, step.index, ['pending', 'applying'], state), run)
      append('step.started', run, { ...about(step), attempts })
      return { ...step, ...state }
    },
    applied(run, step, notes) {
      stuck.clear(run.id)
      const duration_ms = durationOf(step)
      const change = { state: 'applied', finishedAt: clock(), notes } as const
      guard(store.runs.setStep(run.id, step.index, ['applying'], change), run)
      events.afterCommit(() => stepEnded(run, step, 'applied', duration_ms))
      append('step.finished', run, { ...about(step), state: 'applied', duration_ms })
    },
    failed(run, step, failure, notes) {
      stuck.clear(run.id)
      const duration_ms = durationOf(step)
      const change = { state: 'failed', finishedAt: clock(), notes, failure } as const
      guard(store.runs.setStep(run.id, step.index, ['applying', 'pending'], change), run)
      events.afterCommit(() => stepEnded(run, step, 'failed', duration_ms))
      append('step.failed', run, { ...about(step), duration_ms, failure: shortened(failure) })
    },
    activated(run, step, notes) {
      const change = { state: 'applied', notes, failure: null } as const
      guard(store.runs.setStep(run.id, step.index, ['applied'], change), run)
      append('person.activated', run, { active: notes.some(({ code }) => code === 'activation.lifted') })
    },
    notActivated(run, step, failure) {
      guard(store.runs.setStep(run.id, step.index, ['applied'], { state: 'applied', failure }), run)
      append('step.failed', run, { ...about(step), failure: shortened(failure) })
    },
    beginUndo(run, step) {
      const from = ['applying', 'applied', 'failed', 'undoing', 'pending', 'undo_failed'] as const
      const startedAt = step.state === 'pending' ? { startedAt: clock() } : {}
      guard(store.runs.setStep(run.id, step.index, from, { state: 'undoing', ...startedAt }), run)
    },
    undone(run, step, outcome) {
      stuck.clear(run.id)
      const before = store.runs.step(run.id, step.index)
      const undoFailure = outcome.state === 'failed' ? outcome.failure : null
      const state = outcome.state === 'failed' ? 'undo_failed' : outcome.state
      const finishedAt = before?.finishedAt ?? clock()
      const notes = [...(before?.notes ?? []), ...outcome.notes]
      const change = { state, notes, undoFailure, finishedAt } as const
      guard(store.runs.setStep(run.id, step.index, ['undoing'], change), run)
      append('step.undone', run, {
        ...about(step),
        state,
        ...(outcome.state === 'failed' ? { failure: shortened(outcome.failure) } : {}),
      })
    },
  }
}

function shortened({ code, params, detail }: StepFailure): JsonObject {
  return {
    code,
    ...(params === undefined ? {} : { params }),
    ...(detail === undefined ? {} : { detail: detail.slice(0, DETAIL_MAX) }),
  }
}
