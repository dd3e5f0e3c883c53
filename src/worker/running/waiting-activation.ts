import type { RunHead } from '../../domain/run.ts'
import type { Note } from '../../domain/step.ts'
import type { StoredStep } from '../../store/queries/runs.ts'
import type { Store } from '../../store/store.ts'

/** The activation of a run that succeeded while its account still waits for the person's Start. */
interface WaitingActivation {
  run: RunHead
  step: StoredStep
}

/** The step's own word; it is replaced in the transaction that records what came of the Start. */
function isWaiting({ code }: Note): boolean {
  return code === 'activation.waits_for_start'
}

/** What waits for the Start of this Telegram user, or null. An adopted account, an undone run and an open run never do. */
export function waitingActivation(store: Store, telegramId: number): WaitingActivation | null {
  for (const run of store.runs.ofPerson(telegramId)) {
    if (run.kind === 'undo' || run.state !== 'succeeded') continue
    const step = store.runs.steps(run.id).find(({ plan }) => plan.kind === 'activation')
    if (step?.state === 'applied' && step.notes.some(isWaiting)) return { run, step }
  }
  return null
}
