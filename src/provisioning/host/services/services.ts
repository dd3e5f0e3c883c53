import type { ServiceAction } from '../../../domain/step.ts'
import type { FileOutcome } from '../files/safe-files.ts'

/**
 * Restarts and reloads of configured services, coalesced over all runs: one that is asked for while another of the same
 * unit waits shares it, and there are never more than 3 in 10 s (the unit's start limit is 5 in 10 s by default).
 */
export interface Services {
  available(): Promise<boolean>
  /**
   * Resolves when the unit is active again after an action that began after this call. `remind` does nothing. An abort
   * ends the waiting of this caller, not the action that others may wait for.
   */
  perform(
    unit: string,
    action: ServiceAction,
    signal: AbortSignal,
  ): Promise<FileOutcome<{ durationMs: number }>>
  /** Active, or a oneshot unit that has done its work. */
  isActive(unit: string): Promise<boolean>
}
