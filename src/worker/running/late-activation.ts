import type { RunHead } from '../../domain/run.ts'
import type { Store } from '../../store/store.ts'
import type { EngineContext } from '../context.ts'
import type { StopSwitch } from './perform-run.ts'
import type { RunTransitions } from './run-transitions.ts'
import { applyStep } from './step-execution.ts'
import { waitingActivation } from './waiting-activation.ts'

/**
 * Runs whose activation is due: everything that this rests on is in the store, so a worker that was killed in between finds
 * them again. While an open request or another run holds the person (an undo, above all), theirs is not due yet.
 */
export function dueActivations(store: Store): RunHead[] {
  return store.starts.pending().flatMap((telegramId) => {
    if (store.holds.heldByOther([`telegram:${telegramId}`], null) !== null) return []
    const waiting = waitingActivation(store, telegramId)
    if (waiting !== null) return [waiting.run]
    // A later activation asks whether the Start was pressed, and need not wait for another.
    store.starts.settle(telegramId)
    return []
  })
}

/**
 * Lifts the expiry of a waiting account through the step's own implementation, record and journal. Nobody else may work on
 * this person meanwhile. Throws when it has to be tried again.
 */
export async function activateLate(
  context: EngineContext,
  transitions: RunTransitions,
  { telegramId, osUser }: RunHead,
  stop: StopSwitch,
): Promise<void> {
  const { store, events, host, log } = context
  const waiting = waitingActivation(store, telegramId)
  if (waiting === null) return
  const { run, step } = waiting
  const roster = await host.readRoster()
  if (!roster.ok) throw new Error(`cannot activate ${osUser} without the roster: ${roster.why}`)
  // Whoever was taken out of the roster by hand has no access any more, and gets none by a Start.
  if (!roster.entries.some((entry) => entry.telegram_id === telegramId && entry.os_user === osUser)) {
    log.warn(
      { request: run.requestId, run: run.id },
      'not activating an account whose person is not on the roster any more',
    )
    events.commit(() => store.starts.settle(telegramId))
    return
  }
  const outcome = await applyStep(context, { run, undoing: false }, step, stop.signal)
  if ('stopped' in outcome) return
  if (outcome.ok) {
    events.commit(() => {
      transitions.activated(run, step, outcome.notes)
      store.starts.settle(telegramId)
    })
    return
  }
  const { failure } = outcome
  const isFinal = failure.code === 'account_changed'
  events.commit(() => {
    if (step.failure?.code !== failure.code) transitions.notActivated(run, step, failure)
    if (isFinal) store.starts.settle(telegramId)
  })
  if (!isFinal) throw new Error(`cannot activate ${osUser}: ${failure.code} ${failure.detail ?? ''}`)
}
