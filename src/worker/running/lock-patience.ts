import { setTimeout as delay } from 'node:timers/promises'
import type { Note, StepFailure } from '../../domain/step.ts'
import type { EngineContext } from '../context.ts'

/** Between two tries, in milliseconds: the second soon, the later ones rarely enough to cost nothing. */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1000

type Outcome = ({ failure: StepFailure } | object) & { notes: Note[] }

/**
 * Tries again for as long as the account database is locked by somebody else, at most for the engine's patience: an
 * administrator's `useradd` or `vipw` is no reason to stop or to half-undo a run. Steps are safe to repeat.
 *
 * @param onWait is told what is waited for, before each wait
 * @param attempt one whole apply or undo, from the record as it is by then
 */
export async function withLockPatience<T extends Outcome>(
  { limits, log }: Pick<EngineContext, 'limits' | 'log'>,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  onWait: (failure: StepFailure) => void,
): Promise<T> {
  const until = performance.now() + limits.lockPatienceMs
  let earlier: Note[] = []
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const outcome = await attempt()
    const notes = earlier.length === 0 ? outcome.notes : withoutRepeats([...earlier, ...outcome.notes])
    const failure = 'failure' in outcome ? outcome.failure : null
    const left = until - performance.now()
    if (failure?.code !== 'account_locked_by_other' || left <= 0 || signal.aborted) {
      return { ...outcome, notes }
    }
    onWait(failure)
    if (pause === FIRST_PAUSE_MS)
      log.warn({ failure: failure.code }, 'waiting for the lock of the account database')
    // Ends early when the worker stops or the step's time is up; the next try then sees the signal.
    await delay(Math.min(pause, left), undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return { ...outcome, notes }
    earlier = notes
  }
}

/** What an earlier try did is done and told once. */
export function withoutRepeats(notes: readonly Note[]): Note[] {
  return [...new Map(notes.map((note) => [JSON.stringify(note), note])).values()]
}
