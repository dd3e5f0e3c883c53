import type { PlanStep, StepFailure } from '../../domain/step.ts'
import type { Ground } from './person-drifts.ts'

/** Probes that run at the same time. */
const AT_ONCE = 4

/** Runs the smoke test of everybody whose steps are given, and says whose failed and why. */
export async function smokeFindings<T extends { steps: readonly PlanStep[] }>(
  { host, registry }: Ground,
  people: readonly T[],
  signal: AbortSignal,
): Promise<Map<T, StepFailure>> {
  const failures = new Map<T, StepFailure>()
  const queue = people.values()
  const work = async () => {
    for (const person of queue) {
      const step = person.steps.find(({ kind }) => kind === 'smoke-test')
      if (step?.kind !== 'smoke-test' || signal.aborted) continue
      const journal = { commit: () => undefined }
      const run = { runId: 0, requestId: 0, marker: '', undoing: false }
      const outcome = await registry['smoke-test'].apply({ host, run, journal, signal }, step.params, null)
      if (!outcome.ok) failures.set(person, outcome.failure)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return failures
}
