import type { Drift } from '../domain/finding.ts'
import type { Note, StepFailure, StepKind, StepParams, StepRecord } from '../domain/step.ts'
import type { Host } from './host/host.ts'

/**
 * The contract of every step kind: `check · apply · verify · undo`, apply and undo side by side in one file of
 * `steps/`. All are safe to repeat after any partial execution.
 *
 * INVARIANTS
 * - `apply` commits what it is about to do with `context.journal.commit(record)` before each side effect (intent) and
 *   what it did after it; a crash between leaves an intent, and the next `apply` or `undo` decides by looking.
 * - `undo` touches only what the record says this run made and what is still as it was left.
 * - No method throws for what a host can do to it; a throw is a bug and is reported as `internal`.
 */
export interface StepImplementation<K extends StepKind, R extends StepRecord = StepRecord> {
  kind: K
  /** How long `apply` or `undo` may take in all, in milliseconds. */
  deadlineMs: number
  /** After how long it is said to take longer than usual, in milliseconds; absent: `usualStepMs` of the engine's limits. */
  usualMs?: number
  /**
   * Looks, changes nothing. `drifts` has everything that is not as the step would leave it, also what it would refuse to touch;
   * none means that applying would change nothing.
   */
  check(host: Host, params: StepParams[K]): Promise<StepCheck>
  /** `record` is what an earlier, interrupted apply of this run committed; null on the first try. */
  apply(context: StepContext<R>, params: StepParams[K], record: R | null): Promise<StepOutcome>
  /** Looks whether what apply promised is so. */
  verify(context: StepContext<R>, params: StepParams[K], record: R): Promise<StepOutcome>
  /** `record` null: apply never committed an intent, so there is nothing to undo. */
  undo(context: StepContext<R>, params: StepParams[K], record: R | null): Promise<UndoOutcome>
}

export type StepCheck = { drifts: Drift[] } & (
  | { state: 'already'; notes: Note[] }
  | { state: 'differs'; notes: Note[] }
  | { state: 'blocked'; failure: StepFailure }
)

export type StepOutcome = { ok: true; notes: Note[] } | { ok: false; failure: StepFailure; notes: Note[] }

export type UndoOutcome =
  /** Everything of this run is gone, or what is left is named in the notes. */
  | { state: 'undone'; notes: Note[] }
  | { state: 'kept'; notes: Note[] }
  | { state: 'failed'; failure: StepFailure; notes: Note[] }

export interface StepContext<R extends StepRecord = StepRecord> {
  host: Host
  run: RunIdentity
  journal: Journal<R>
  /** Whether this Telegram user is known to have pressed Start; absent: nobody is. Synchronous: ask and commit in one turn. */
  hasStarted?(telegramId: number): boolean
  /** Aborts at the deadline and when the worker must stop; everything that waits passes it on. */
  signal: AbortSignal
}

export interface RunIdentity {
  runId: number
  requestId: number
  /** 128 random bits in hex, fixed when the run is queued: proves what this run made. */
  marker: string
  /** In an undo request: the step is undone although it succeeded and was in use since. */
  undoing: boolean
}

export interface Journal<R extends StepRecord> {
  /** Durable when it returns. Synchronous, as SQLite is. */
  commit(record: R): void
}
