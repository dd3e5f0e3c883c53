import type { StepKind } from '../domain/step.ts'

const TITLES: Record<StepKind, string> = {
  account: 'Account',
  groups: 'Groups',
  'data-dirs': 'Folders',
  'memory-seed': 'First memory',
  'smoke-test': 'Isolation proof and smoke test',
  activation: 'Activation',
  roster: 'Roster',
  service: 'Services',
}

/** What people call a step of this kind. */
export function stepTitle(kind: StepKind): string {
  return TITLES[kind]
}
