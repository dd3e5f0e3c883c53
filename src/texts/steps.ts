import type { StepKind } from '../domain/step.ts'
import { plain } from './plain.ts'

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

/** What people call a step of this kind; a kind of another version of Usher has only its own name. */
export function stepTitle(kind: string): string {
  return Object.hasOwn(TITLES, kind) ? TITLES[kind as StepKind] : plain(kind, 64)
}
