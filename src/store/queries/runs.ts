import { type SqlBool, sql } from 'kysely'
import type { RosterEntry } from '../../domain/person.ts'
import type { Run, RunClosing, RunHead, RunState, RunStep } from '../../domain/run.ts'
import type { Note, PlanStep, StepFailure, StepKind, StepParams, StepRecord } from '../../domain/step.ts'
import { hasEnded, mayRunBecome } from '../../domain/transitions.ts'
import type { Database } from '../database.ts'
import type { RunStepsTable, RunsTable } from '../schema.ts'

export interface NewRun {
  requestId: number
  revision: number
  kind: Run['kind']
  undoOf: number | null
  digest: string
  marker: string
  osUser: string
  telegramId: number
  queuedAt: number
  steps: readonly PlanStep[]
}

/** A step with what executing it needs. `record` is `corrupt` when the stored text is not the JSON of an object. */
export interface StoredStep extends RunStep {
  plan: PlanStep
  record: StepRecord | null | 'corrupt'
  attempts: number
}

export interface StepChange {
  state: RunStep['state']
  startedAt?: number
  finishedAt?: number | null
  notes?: Note[]
  failure?: StepFailure | null
  undoFailure?: StepFailure | null
  attempts?: number
}

/** Runs and their steps. State changes repeat the state that the caller saw, and say whether they found it. */
export interface RunQueries {
  insert(run: NewRun): number
  get(id: number): Run | null
  head(id: number): RunHead | null
  newestOf(requestId: number): number | null
  /** The newest run of each of these requests that has one. */
  newestOfRequests(requestIds: readonly number[]): ReadonlyMap<number, number>
  /** Accounts whose activation may wait for their person's Start, of onboardings that succeeded; newest first. */
  awaitingStart(): { telegramId: number; osUser: string }[]
  newestOfPerson(telegramId: number): number | null
  /** The newest run of each of these people who had one. */
  newestOfPeople(telegramIds: readonly number[]): ReadonlyMap<number, number>
  /** Newest first. */
  ofPerson(telegramId: number): Run[]
  /** What came of the last smoke test that a run of this person made, unless that run was taken back after it passed. */
  lastSmokeTest(telegramId: number): { runId: number; at: number; failure: StepFailure | null } | null
  /** The newest edit that stands and came after this run, of whoever it was about. */
  editedSince(run: Pick<RunHead, 'id' | 'telegramId' | 'osUser'>): number | null
  /** Oldest first. */
  inState(states: readonly RunState[]): RunHead[]
  transition(
    id: number,
    from: RunState,
    to: RunState,
    times?: { startedAt?: number; finishedAt?: number | null },
  ): boolean
  /** The newest run that takes this one back or took it back. */
  takenBackBy(id: number): number | null
  /** The last word on a run in this state; false when it is in another, or has one already. */
  close(id: number, state: RunState, closing: RunClosing): boolean
  steps(runId: number): StoredStep[]
  step(runId: number, index: number): StoredStep | null
  setStep(runId: number, index: number, from: readonly RunStep['state'][], change: StepChange): boolean
  /** The journal: durable when it returns if called outside a transaction. */
  setRecord(runId: number, index: number, record: StepRecord): void
  count(states: readonly RunState[]): number
  /** The roster entry that the newest run of each person recorded that succeeded and was not taken back. */
  recordedEntries(): { runId: number; telegramId: number; osUser: string; entry: RosterEntry }[]
}

type RunRow = { [K in keyof RunsTable]: K extends 'id' ? number : RunsTable[K] }

export function runQueries({ build, all, asked, first, run, repeated }: Database): RunQueries {
  const journal = repeated(
    build.updateTable('run_steps').set({ record: '' }).where('run_id', '=', 0).where('idx', '=', 0),
  )
  const stepsOf = asked(build.selectFrom('run_steps').selectAll().where('run_id', '=', 0).orderBy('idx'))
  const stepRows = (runId: number) => stepsOf([runId])
  const rowsOf = asked(build.selectFrom('runs').selectAll().where('id', '=', 0))
  const inStates = (states: readonly RunState[]) => {
    const query = build.selectFrom('runs').where('state', 'in', states)
    // In the words of the index `runs_unfinished`: behind parameters it is not seen.
    return states.some(hasEnded)
      ? query
      : query.where(sql<SqlBool>`state in ('queued', 'running', 'undoing')`)
  }
  const headOf = (row: RunRow): RunHead => ({
    id: row.id,
    requestId: row.request_id,
    revision: row.revision,
    kind: row.kind as Run['kind'],
    undoOf: row.undo_of,
    state: row.state as RunState,
    digest: row.digest,
    marker: row.marker,
    osUser: row.os_user,
    telegramId: row.telegram_id,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    closed: row.closed === null ? null : (JSON.parse(row.closed) as RunClosing),
  })
  const withSteps = (row: RunRow): Run => ({ ...headOf(row), steps: stepRows(row.id).map(stepOf) })
  const rowOf = (id: number) => rowsOf([id])[0]

  return {
    insert(added) {
      const { insertId } = run(
        build.insertInto('runs').values({
          request_id: added.requestId,
          revision: added.revision,
          kind: added.kind,
          undo_of: added.undoOf,
          state: 'queued',
          digest: added.digest,
          marker: added.marker,
          os_user: added.osUser,
          telegram_id: added.telegramId,
          queued_at: added.queuedAt,
          started_at: null,
          finished_at: null,
          closed: null,
        }),
      )
      const rows = added.steps.map((step, idx) => ({
        run_id: insertId,
        idx,
        kind: step.kind,
        state: 'pending',
        params: JSON.stringify(step.params),
        effect: step.effect,
        record: null,
        attempts: 0,
        started_at: null,
        finished_at: null,
        notes: '[]',
        failure: null,
        undo_failure: null,
      }))
      if (rows.length > 0) run(build.insertInto('run_steps').values(rows))
      return insertId
    },
    get(id) {
      const row = rowOf(id)
      return row === undefined ? null : withSteps(row)
    },
    head(id) {
      const row = rowOf(id)
      return row === undefined ? null : headOf(row)
    },
    newestOf: (requestId) =>
      first(
        build
          .selectFrom('runs')
          .select('id')
          .where('request_id', '=', requestId)
          .orderBy('id', 'desc')
          .limit(1),
      )?.id ?? null,
    newestOfRequests(requestIds) {
      if (requestIds.length === 0) return new Map()
      const rows = all(
        build
          .selectFrom('runs')
          .select(['request_id', ({ fn }) => fn.max('id').as('id')])
          .where('request_id', 'in', requestIds)
          .groupBy('request_id'),
      )
      return new Map(rows.map((row) => [row.request_id, Number(row.id)]))
    },
    newestOfPeople(telegramIds) {
      if (telegramIds.length === 0) return new Map()
      const rows = all(
        build
          .selectFrom('runs')
          .select(['telegram_id', ({ fn }) => fn.max('id').as('id')])
          .where('telegram_id', 'in', telegramIds)
          .groupBy('telegram_id'),
      )
      return new Map(rows.map((row) => [row.telegram_id, Number(row.id)]))
    },
    awaitingStart: () =>
      all(
        build
          .selectFrom('run_steps')
          .innerJoin('runs', 'runs.id', 'run_steps.run_id')
          .select(['runs.telegram_id', 'runs.os_user'])
          // In the words of the index `run_steps_waiting`.
          .where(sql<SqlBool>`run_steps.kind = 'activation'`)
          .where(sql<SqlBool>`run_steps.state = 'applied'`)
          .where(sql<SqlBool>`instr(run_steps.notes, 'activation.waits_for_start') > 0`)
          .where('runs.kind', '=', 'onboard')
          .where('runs.state', '=', 'succeeded')
          .orderBy('runs.id', 'desc'),
      ).map((row) => ({ telegramId: row.telegram_id, osUser: row.os_user })),
    newestOfPerson: (telegramId) =>
      first(
        build
          .selectFrom('runs')
          .select('id')
          .where('telegram_id', '=', telegramId)
          .orderBy('id', 'desc')
          .limit(1),
      )?.id ?? null,
    ofPerson: (telegramId) =>
      all(
        build.selectFrom('runs').selectAll().where('telegram_id', '=', telegramId).orderBy('id', 'desc'),
      ).map(withSteps),
    lastSmokeTest(telegramId) {
      const row = first(
        build
          .selectFrom('runs')
          .innerJoin('run_steps', 'run_steps.run_id', 'runs.id')
          .select(['runs.id', 'run_steps.finished_at', 'run_steps.failure'])
          .where('runs.telegram_id', '=', telegramId)
          .where('run_steps.kind', '=', 'smoke-test')
          .where('run_steps.finished_at', 'is not', null)
          .where(({ eb, or }) =>
            or([eb('run_steps.failure', 'is not', null), eb('run_steps.state', '=', 'applied')]),
          )
          .orderBy('runs.id', 'desc')
          .limit(1),
      )
      return row === undefined
        ? null
        : { runId: row.id, at: row.finished_at ?? 0, failure: failureOf(row.failure) }
    },
    editedSince: ({ id, telegramId, osUser }) =>
      first(
        build
          .selectFrom('runs')
          .select('id')
          .where('id', '>', id)
          .where('kind', '=', 'edit')
          .where('state', '=', 'succeeded')
          .where(({ eb, or }) => or([eb('telegram_id', '=', telegramId), eb('os_user', '=', osUser)]))
          .orderBy('id', 'desc')
          .limit(1),
      )?.id ?? null,
    inState: (states) => all(inStates(states).selectAll().orderBy('id')).map(headOf),
    transition(id, from, to, times = {}) {
      if (!mayRunBecome(from, to)) throw new Error(`a run cannot go from ${from} to ${to}`)
      const { changes } = run(
        build
          .updateTable('runs')
          .set({
            state: to,
            ...(times.startedAt === undefined ? {} : { started_at: times.startedAt }),
            ...(times.finishedAt === undefined ? {} : { finished_at: times.finishedAt }),
          })
          .where('id', '=', id)
          .where('state', '=', from),
      )
      return changes === 1
    },
    takenBackBy: (id) =>
      first(build.selectFrom('runs').select('id').where('undo_of', '=', id).orderBy('id', 'desc').limit(1))
        ?.id ?? null,
    close(id, state, closing) {
      const { changes } = run(
        build
          .updateTable('runs')
          .set({ closed: JSON.stringify(closing) })
          .where('id', '=', id)
          .where('state', '=', state)
          .where('closed', 'is', null),
      )
      return changes === 1
    },
    steps: (runId) => stepRows(runId).map(storedStepOf),
    step(runId, index) {
      const row = first(
        build.selectFrom('run_steps').selectAll().where('run_id', '=', runId).where('idx', '=', index),
      )
      return row === undefined ? null : storedStepOf(row)
    },
    setStep(runId, index, from, change) {
      const { changes } = run(
        build
          .updateTable('run_steps')
          .set({
            state: change.state,
            ...(change.startedAt === undefined ? {} : { started_at: change.startedAt }),
            ...(change.finishedAt === undefined ? {} : { finished_at: change.finishedAt }),
            ...(change.notes === undefined ? {} : { notes: JSON.stringify(change.notes) }),
            ...(change.failure === undefined
              ? {}
              : { failure: change.failure === null ? null : JSON.stringify(change.failure) }),
            ...(change.undoFailure === undefined
              ? {}
              : { undo_failure: change.undoFailure === null ? null : JSON.stringify(change.undoFailure) }),
            ...(change.attempts === undefined ? {} : { attempts: change.attempts }),
          })
          .where('run_id', '=', runId)
          .where('idx', '=', index)
          .where('state', 'in', from),
      )
      return changes === 1
    },
    setRecord(runId, index, record) {
      const { changes } = journal([JSON.stringify(record), runId, index])
      if (changes !== 1)
        throw new Error(`cannot journal step ${index} of run ${runId}: there is no such step`)
    },
    count: (states) =>
      first(inStates(states).select(({ fn }) => fn.countAll<number>().as('count')))?.count ?? 0,
    recordedEntries: () =>
      all(
        build
          .selectFrom('runs')
          .innerJoin('run_steps', 'run_steps.run_id', 'runs.id')
          .select(['runs.id', 'runs.telegram_id', 'runs.os_user', 'run_steps.params'])
          .where('run_steps.kind', '=', 'roster')
          .where('runs.id', 'in', (newest) =>
            newest
              .selectFrom('runs')
              .select(({ fn }) => fn.max('id').as('id'))
              // In the words of the index `runs_that_count`.
              .where(sql<SqlBool>`state = 'succeeded'`)
              .where(sql<SqlBool>`kind not in ('undo', 'retest')`)
              .groupBy('telegram_id'),
          ),
      ).map((row) => ({
        runId: row.id,
        telegramId: row.telegram_id,
        osUser: row.os_user,
        entry: (JSON.parse(row.params) as StepParams['roster']).entry,
      })),
  }
}

function stepOf(row: RunStepsTable): RunStep {
  return {
    index: row.idx,
    kind: row.kind as StepKind,
    state: row.state as RunStep['state'],
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    notes: JSON.parse(row.notes) as Note[],
    failure: failureOf(row.failure),
    undoFailure: failureOf(row.undo_failure),
  }
}

function failureOf(text: string | null): StepFailure | null {
  return text === null ? null : (JSON.parse(text) as StepFailure)
}

function storedStepOf(row: RunStepsTable): StoredStep {
  return {
    ...stepOf(row),
    plan: {
      kind: row.kind,
      params: JSON.parse(row.params),
      effect: row.effect,
      notes: [],
    } as PlanStep,
    record: recordOf(row.record),
    attempts: row.attempts,
  }
}

function recordOf(text: string | null): StoredStep['record'] {
  if (text === null) return null
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as StepRecord)
      : 'corrupt'
  } catch {
    return 'corrupt'
  }
}
