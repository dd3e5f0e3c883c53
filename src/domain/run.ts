import type { RequestKind } from './request.ts'
import type { Note, StepFailure, StepKind } from './step.ts'

export const RUN_STATES = [
  'queued',
  'running',
  'undoing',
  'succeeded',
  'undone',
  'failed',
  'superseded',
  'cancelled',
] as const
export type RunState = (typeof RUN_STATES)[number]

export const RUN_TRANSITIONS: Readonly<Record<RunState, readonly RunState[]>> = {
  queued: ['running', 'superseded', 'cancelled'],
  running: ['succeeded', 'undoing'],
  undoing: ['undone', 'failed'],
  succeeded: ['undoing'],
  undone: [],
  // An operator may resume an undo that could not finish; a run of kind `undo` goes on running.
  failed: ['undoing', 'running'],
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
  /** Why it could not be done. */
  failure: StepFailure | null
  /** Why it could not be undone; null once it was. */
  undoFailure: StepFailure | null
}

/** What may be done about a run in principle; who may is the access table's to say. */
export const RUN_CHOICES = ['retry', 'undo', 'keep', 'resume', 'abandon'] as const
export type RunChoice = (typeof RUN_CHOICES)[number]

/** Why a run does not go on. */
export const STUCK_CODES = [
  'interrupted', // {why, every_ms}: by a disk that takes no more, or a bug; it is tried again
  'lock', // {path, held_by, pid?, program?}: somebody else changes accounts
  'slow_step', // {step, usual_ms, deadline_ms}
  'clock_behind', // {approved_at, now}: the clock was set back before its approval
  'other_run', // {run}: of the same person
  'turn', // {running}: as many as may are under way
] as const
export type StuckCode = (typeof STUCK_CODES)[number]

export interface Stuck {
  code: StuckCode
  params: Record<string, string | number>
  since: number
}

/**
 * A person's last word on a run that did not reach its aim, after which nothing can be chosen any more. `kept`: it stays
 * undone; `abandoned`: what its undo could not remove stays on the host.
 */
export interface RunClosing {
  kind: 'kept' | 'abandoned'
  at: number
  /** `actorKey` of who said so. */
  by: string
  reason: string | null
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
  closed: RunClosing | null
}

/** A run without its steps: enough to know whose turn it is. */
export type RunHead = Omit<Run, 'steps'>
