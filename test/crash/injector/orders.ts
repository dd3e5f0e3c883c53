/** What the suite and the worker that it torments say to each other. */
import type { StepKind } from '../../../src/domain/step.ts'

export type Direction = 'do' | 'undo'

/**
 * - `kill-…`: SIGKILL to the worker; `during`: while the program goes on without it
 * - `fail…`: the call fails (EIO; exit status 1), without having done anything or after having done it
 * - `hang…`: it never returns: a program that does not end; a promise that does not settle; a system call or a commit that
 *   blocks the process, until the service manager's watchdog ends it
 */
export const FAULTS = [
  'kill-before',
  'kill-after',
  'kill-during',
  'fail',
  'fail-after',
  'hang',
  'hang-after',
] as const
export type Fault = (typeof FAULTS)[number]

/** How an effect is reached decides which faults it can have. */
export type EffectForm = 'program' | 'call' | 'promise' | 'commit'

export interface Point {
  /** `account/do/run:/usr/sbin/useradd/1`: who, direction, what, and the how manieth of these. */
  name: string
  /** The step during which it happens; null for transitions of requests and runs. */
  kind: StepKind | null
  direction: Direction
  form: EffectForm
}

/** Sent to the worker. Each resets the counting of points. `spoiling`: this point fails besides, so that the run turns round. */
export type Order =
  | { do: 'record'; spoiling?: string }
  | { do: 'break'; at: string; fault: Fault; spoiling?: string }
  /** Stops the worker's whole process before that point until the file `release` exists. */
  | { do: 'pause'; at: string; release: string }
  /** `failing`: every effect of that name, whatever its number, fails until the next order. */
  | { do: 'nothing'; failing?: string }

/** Told by the worker. */
export type Report =
  | { told: 'ordered' }
  | { told: 'point'; point: Point }
  | { told: 'reached' }
  /** Its process is blocked for good: what a watchdog is there for. */
  | { told: 'blocked' }
  | { told: 'paused' }

export const FAULTS_OF: Record<EffectForm, readonly Fault[]> = {
  program: FAULTS,
  call: ['kill-before', 'kill-after', 'fail', 'hang'],
  promise: ['kill-before', 'kill-after', 'fail', 'hang'],
  commit: ['kill-before', 'kill-after', 'fail', 'fail-after', 'hang'],
}
