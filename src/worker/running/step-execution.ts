import { setTimeout as delay } from 'node:timers/promises'
import type { RunHead } from '../../domain/run.ts'
import type { Note, PlanStep, StepFailure, StepKind, StepRecord } from '../../domain/step.ts'
import type {
  StepContext,
  StepImplementation,
  StepOutcome,
  UndoOutcome,
} from '../../provisioning/step-kind.ts'
import type { StoredStep } from '../../store/queries/runs.ts'
import type { EngineContext } from '../context.ts'
import { withLockPatience, withoutRepeats } from './lock-patience.ts'

/** Whose step it is: an undo run executes the steps of the run that it takes back. */
export interface StepOwner {
  run: RunHead
  /** Whether a run that had succeeded is taken back. */
  undoing: boolean
}

/** The step was cut short because the worker stops: nothing is decided, the next start goes on from the record. */
export interface Stopped {
  stopped: true
}

/**
 * Applies one step and verifies it, within its deadline. What a step throws is a bug and comes back as
 * `internal`; only a database that takes no more is thrown on, and then nothing is decided.
 */
export async function applyStep(
  context: EngineContext,
  owner: StepOwner,
  step: StoredStep,
  stop: AbortSignal,
): Promise<StepOutcome | Stopped> {
  const nothing = nothingToDo(step.plan)
  if (nothing !== null) return { ok: true, notes: nothing }
  const { record } = step
  if (record === 'corrupt') return { ok: false, failure: corruptRecord(), notes: [] }
  if (step.attempts > context.limits.attemptsPerStep) {
    return { ok: false, failure: { code: 'interrupted', params: { attempts: step.attempts - 1 } }, notes: [] }
  }
  const implementation = implementationOf(context, step.plan)
  if (implementation === null) return { ok: false, failure: unknownKind(step.plan), notes: [] }
  const watch = { run: owner.run, kind: step.plan.kind, stop }
  const journal = journalOf(context, owner, step, record)
  const outcome = await withinDeadline(context, implementation, watch, async (signal) => {
    const stepContext: StepContext = { ...contextOf(context, owner), journal, signal }
    const applied = await withLockPatience(
      context,
      signal,
      () => implementation.apply(stepContext, step.plan.params, journal.latest()),
      waitsForLock(context, owner.run),
    )
    if (!applied.ok) return applied
    const verified = await implementation.verify(stepContext, step.plan.params, journal.latest() ?? {})
    return verified.ok ? applied : { ...verified, notes: [...applied.notes, ...verified.notes] }
  })
  journal.close()
  if ('stopped' in outcome) return outcome
  return 'value' in outcome ? outcome.value : { ok: false, failure: outcome.failure, notes: [] }
}

/**
 * Takes one step back from its record, each try within its deadline. What fails may fail for a moment only, and whatever is not
 * undone waits for a person: so it is tried again before it is given up. Throws as
 * `applyStep` does.
 */
export async function undoStep(
  context: EngineContext,
  owner: StepOwner,
  step: StoredStep,
  stop: AbortSignal,
): Promise<UndoOutcome | Stopped> {
  const { record } = step
  if (nothingToDo(step.plan) !== null) return { state: 'undone', notes: [] }
  if (record === 'corrupt') return { state: 'failed', failure: corruptRecord(), notes: [] }
  const implementation = implementationOf(context, step.plan)
  if (implementation === null) {
    // Without a record it never began anything.
    if (record === null) return { state: 'undone', notes: [] }
    return { state: 'failed', failure: unknownKind(step.plan), notes: [] }
  }
  const { undoTries, undoPauseMs } = context.limits
  const watch = { run: owner.run, kind: step.plan.kind, stop }
  const journal = journalOf(context, owner, step, record)
  let earlier: Note[] = []
  for (let tries = 1; ; tries++) {
    const outcome = await withinDeadline(context, implementation, watch, (signal) => {
      const stepContext = { ...contextOf(context, owner), journal, signal }
      return withLockPatience(
        context,
        signal,
        () => implementation.undo(stepContext, step.plan.params, journal.latest()),
        waitsForLock(context, owner.run),
      )
    })
    if ('stopped' in outcome) return outcome
    const undone: UndoOutcome =
      'value' in outcome ? outcome.value : { state: 'failed', failure: outcome.failure, notes: [] }
    const givenUp = 'givenUp' in outcome
    if (givenUp) journal.close()
    const notes = earlier.length === 0 ? undone.notes : withoutRepeats([...earlier, ...undone.notes])
    // A service has waited and tried again already, and others wait for their turn at it.
    const isFinal = undone.state !== 'failed' || givenUp || undone.failure.code.startsWith('service_')
    if (isFinal || tries >= undoTries) return { ...undone, notes }
    context.log.warn(
      {
        ...{ request: owner.run.requestId, run: owner.run.id, step: step.plan.kind },
        failure: undone.failure.code,
      },
      'an undo is tried again',
    )
    await delay(undoPauseMs, undefined, { signal: stop }).catch(() => undefined)
    if (stop.aborted) return { stopped: true }
    earlier = notes
  }
}

/** A step that the plan has for completeness: what to say instead of doing anything, or null when there is work. */
function nothingToDo(step: PlanStep): Note[] | null {
  if (step.kind === 'memory-seed' && step.params.content === '') return [{ code: 'seed.none' }]
  if (step.kind === 'service' && step.params.services.length === 0) return [{ code: 'service.none' }]
  return null
}

/**
 * The one place where a step meets its implementation: kind and parameters belong together in `PlanStep`. Null for a kind that
 * only another version of Usher has: what is stored outlives the program that stored it.
 */
function implementationOf({ registry }: EngineContext, { kind }: PlanStep): AnyImplementation | null {
  return Object.hasOwn(registry, kind) ? (registry[kind] as unknown as AnyImplementation) : null
}
type AnyImplementation = Omit<StepImplementation<StepKind>, 'apply' | 'verify' | 'undo'> & {
  apply(context: StepContext, params: object, record: StepRecord | null): Promise<StepOutcome>
  verify(context: StepContext, params: object, record: StepRecord): Promise<StepOutcome>
  undo(context: StepContext, params: object, record: StepRecord | null): Promise<UndoOutcome>
}

function contextOf(
  { host, store }: EngineContext,
  { run: { id, requestId, marker }, undoing }: StepOwner,
): Pick<StepContext, 'host' | 'run' | 'hasStarted'> {
  return { host, run: { runId: id, requestId, marker, undoing }, hasStarted: store.starts.has }
}

function journalOf({ store }: EngineContext, { run }: StepOwner, step: StoredStep, first: StepRecord | null) {
  let latest = first
  let closed = false
  return {
    /** See the invariants of `Database`: a single statement, durable when it returns. */
    commit(record: StepRecord) {
      // It was given up and settles late: the step is somebody else's by now.
      if (closed) throw new Error(`step ${step.index} of run ${run.id} went on after it was given up`)
      store.runs.setRecord(run.id, step.index, record)
      latest = structuredClone(record)
    },
    latest: () => latest,
    close() {
      closed = true
    },
  }
}

/** What holds the lock is a reason that others may want to know. */
function waitsForLock({ stuck }: EngineContext, run: RunHead): (failure: StepFailure) => void {
  return ({ params = {} }) => stuck.note(run, 'lock', params)
}

interface Watch {
  run: RunHead
  kind: StepKind
  stop: AbortSignal
}

/** `givenUp`: it has not settled and may still do something. */
type Settled<T> = { value: T } | { failure: StepFailure; givenUp?: true } | Stopped

/**
 * Aborts the work at its deadline or when the worker must stop, and waits for it to settle, because what a step still does while
 * the next one begins is undefined. One that does not settle within the grace is given up. One that takes longer than usual is
 * said so meanwhile.
 *
 * @throws what the database says when it takes no more: the step goes on from its record later
 */
async function withinDeadline<T extends object>(
  { limits, log, stuck, store }: EngineContext,
  { deadlineMs, usualMs = limits.usualStepMs }: Pick<AnyImplementation, 'deadlineMs' | 'usualMs'>,
  { run, kind, stop }: Watch,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Settled<T>> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), deadlineMs)
  const slow = setTimeout(() => {
    stuck.note(run, 'slow_step', { step: kind, usual_ms: usualMs, deadline_ms: deadlineMs })
    stuck.announce(run)
  }, usualMs)
  let grace: NodeJS.Timeout | undefined
  const givenUp = new Promise<Settled<T>>((resolve) => {
    const begin = () => {
      grace ??= setTimeout(() => resolve({ failure: timedOut(deadlineMs), givenUp: true }), limits.graceMs)
    }
    deadline.signal.addEventListener('abort', begin, { once: true })
  })
  const finished = work(AbortSignal.any([deadline.signal, stop])).then(
    (value): Settled<T> => {
      const failed = ('ok' in value && value.ok === false) || ('state' in value && value.state === 'failed')
      if (failed && stop.aborted) return { stopped: true }
      return failed && deadline.signal.aborted ? { failure: timedOut(deadlineMs) } : { value }
    },
    (error: unknown): Settled<T> => {
      if (stop.aborted) return { stopped: true }
      if (deadline.signal.aborted) return { failure: timedOut(deadlineMs) }
      if (store.diskProblemOf(error) !== null) throw error
      log.error(
        { err: error, request: run.requestId, run: run.id, step: kind },
        'a step threw, which is a bug',
      )
      return { failure: { code: 'internal', detail: error instanceof Error ? error.message : String(error) } }
    },
  )
  try {
    return await Promise.race([finished, givenUp])
  } finally {
    clearTimeout(timer)
    clearTimeout(slow)
    clearTimeout(grace)
  }
}

function timedOut(afterMs: number): StepFailure {
  return { code: 'timed_out', params: { after_ms: afterMs } }
}

function unknownKind({ kind }: PlanStep): StepFailure {
  return { code: 'step_unknown', params: { kind } }
}

function corruptRecord(): StepFailure {
  return {
    code: 'undo_incomplete',
    params: { why: 'the record of this step cannot be read; look at the host by hand' },
  }
}
