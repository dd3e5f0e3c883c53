import type { StepKind } from '../domain/step.ts'
import type { StepImplementation } from './step-kind.ts'

/** Step kind → implementation: adding a kind without its implementation does not compile. */
export type StepRegistry = { [K in StepKind]: StepImplementation<K> }
