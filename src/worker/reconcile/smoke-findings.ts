import type { PlanStep, SmokeTestParams, StepFailure } from '../../domain/step.ts'
import { proveEverybody } from '../../provisioning/steps/parts/smoke-of-everybody.ts'
import type { Ground } from './person-drifts.ts'

/** Probes that run at the same time. */
const AT_ONCE = 4

/** Repeats the smoke test of everybody whose steps are given, and says whose failed and why. */
export async function smokeFindings<T extends { steps: readonly PlanStep[] }>(
  { host }: Ground,
  people: readonly T[],
  signal: AbortSignal,
): Promise<Map<T, StepFailure>> {
  const byParams = new Map<SmokeTestParams, T>()
  for (const person of people) {
    const step = person.steps.find(({ kind }) => kind === 'smoke-test')
    if (step?.kind === 'smoke-test') byParams.set(step.params, person)
  }
  const failed = await proveEverybody(host, [...byParams.keys()], { signal, atOnce: AT_ONCE })
  return new Map(
    [...failed].flatMap(([params, failure]) => {
      const person = byParams.get(params)
      return person === undefined ? [] : [[person, failure] as const]
    }),
  )
}
