import type { StepKind } from '../domain/step.ts'
import type { StepImplementation } from './step-kind.ts'
import { account } from './steps/account.ts'
import { activation } from './steps/activation.ts'
import { dataDirs } from './steps/data-dirs.ts'
import { groups } from './steps/groups.ts'
import { memorySeed } from './steps/memory-seed.ts'
import { roster } from './steps/roster.ts'
import { service } from './steps/service.ts'
import { smokeTest } from './steps/smoke-test.ts'

/** Step kind → implementation: adding a kind without its implementation does not compile. */
export type StepRegistry = { [K in StepKind]: StepImplementation<K> }

export const stepRegistry: StepRegistry = {
  account,
  groups,
  'data-dirs': dataDirs,
  'memory-seed': memorySeed,
  'smoke-test': smokeTest,
  activation,
  roster,
  service,
}
