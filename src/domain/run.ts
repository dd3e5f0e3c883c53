import type { RequestKind } from './request.ts'
import type { Note, StepFailure, StepKind } from './step.ts'

export type RunState =
  | 'queued'
  | 'running'
  | 'undoing'
  | 'succeeded'
  | 'undone'
  | 'failed'
  | 'superseded'
  | 'cancelled'

export const RUN_TRANSITIONS: Readonly<Record<RunState, readonly RunState[]>> = {
  queued: ['running', 'superseded', 'cancelled'],
  running: ['succeeded', 'undoing'],
  undoing: ['undone', 'failed'],
  succeeded: ['undoing'],
  undone: [],
  // An operator may resume an undo that could not finish.
  failed: ['undoing'],
  superseded: [],
  cancelled: [],
}

export type StepState =
  | 'pending'
  | 'applying'
  | 'applied'
  | 'failed'
  | 'undoing'
  | 'undone'
  | 'kept'
  | 'undo_failed'
  | 'skipped'

/** One step of a run, for receipts and recovery. */
export interface RunStep {
  index: number
  kind: StepKind
  state: StepState
  startedAt: number | null
  finishedAt: number | null
  /** What was done or found, in order; words are made in `src/texts/`. */
  notes: Note[]
  failure: StepFailure | null
}

export interface Run {
  id: number
  requestId: number
  revision: number
  kind: RequestKind
  /** The run that a run of kind `undo` takes back. */
  undoOf: number | null
  state: RunState
  digest: string
  /** 128 random bits in hex: proves on the host what this run made. */
  marker: string
  osUser: string
  telegramId: number
  steps: RunStep[]
  queuedAt: number
  startedAt: number | null
  finishedAt: number | null
}
