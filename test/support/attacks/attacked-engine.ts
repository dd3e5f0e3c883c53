/** The engine with the real steps on this machine, with something that happens right before a step is applied or undone. */
import type { Config } from '../../../src/config/config.ts'
import type { StepKind } from '../../../src/domain/step.ts'
import { type StepRegistry, stepRegistry } from '../../../src/provisioning/registry.ts'
import type { EngineLimits } from '../../../src/worker/limits.ts'
import type { Fixture } from '../engine-fixture.ts'
import { realEngine } from '../real-engine.ts'

export type Happening = Partial<Record<`${'apply' | 'undo'} ${StepKind}`, () => void | Promise<void>>>

/** `happening` may be changed while the engine runs. Inside a sandbox only. */
export function attackedEngine(
  happening: Happening,
  config: Partial<Config> = {},
  limits: Partial<EngineLimits> = {},
): Promise<Fixture> {
  const attacked = { defaults: { workspace_base: '{home}/deep/work' }, adopt: 'admin', ...config } as const
  return realEngine(attacked, { limits, registry: interrupted(happening) })
}

function interrupted(happening: Happening): StepRegistry {
  const entries = Object.entries(stepRegistry).map(([kind, step]) => [kind, withHappening(step, happening)])
  return Object.fromEntries(entries) as StepRegistry
}

function withHappening(step: StepRegistry[StepKind], happening: Happening): object {
  const both = (verb: 'apply' | 'undo') => {
    const original = step[verb] as (...args: unknown[]) => Promise<unknown>
    return async (...args: unknown[]) => {
      await happening[`${verb} ${step.kind}`]?.()
      return original.apply(step, args)
    }
  }
  return { ...step, apply: both('apply'), undo: both('undo') }
}
