import type { StepKind } from '../../../src/domain/step.ts'
import type { StepRegistry } from '../../../src/provisioning/registry.ts'
import type { Injector } from './injector.ts'

/** Lets the injector know which step is under way, in which direction. */
export function nameSteps(injector: Injector, registry: StepRegistry): void {
  for (const kind of Object.keys(registry) as StepKind[]) {
    const step = registry[kind] as unknown as Record<
      'apply' | 'verify' | 'undo',
      (...args: unknown[]) => unknown
    >
    for (const [method, direction] of [
      ['apply', 'do'],
      ['verify', 'do'],
      ['undo', 'undo'],
    ] as const) {
      const original = step[method]
      step[method] = (...args) => injector.during(kind, direction, () => Reflect.apply(original, step, args))
    }
  }
}
