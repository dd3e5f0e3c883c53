import type { Config } from '../../config/config.ts'
import type { Facts } from '../../domain/facts.ts'
import type { Drift } from '../../domain/finding.ts'
import type { OnboardAnswers, RosterEntry } from '../../domain/person.ts'
import type { PlanStep, StepKind } from '../../domain/step.ts'
import type { Host } from '../../provisioning/host/host.ts'
import type { StepRegistry } from '../../provisioning/registry.ts'
import type { StepCheck } from '../../provisioning/step-kind.ts'
import { targetRole } from '../operations/target-role.ts'
import { planSteps } from '../planning/planner-steps.ts'

/** What everybody's plan rests on alike; looked at once for a pass. */
export interface Ground {
  /** A snapshot. */
  host: Host
  registry: StepRegistry
  config: Config
  homeBase: string
  /** Text of the memory template; null when none is configured. */
  template: string | null
}

/** Kinds whose check is about one person. A service is everybody's, and the roster is compared as a whole. */
const PERSONAL: ReadonlySet<StepKind> = new Set([
  'account',
  'groups',
  'data-dirs',
  'memory-seed',
  'activation',
])

/** Who somebody on the roster would be if they were onboarded today. */
export function answersFor(entry: RosterEntry, hasAccount: boolean, hasStarted: boolean): OnboardAnswers {
  const account = hasAccount ? 'adopt' : 'create'
  return { ...entry, account, proof: hasStarted ? 'started' : 'typed' }
}

/** The steps that an onboarding with these answers would have, as far as their parameters go; looks at the account alone. */
export async function stepsFor(ground: Ground, answers: OnboardAnswers): Promise<PlanStep[]> {
  const { host, config, homeBase, template } = ground
  const account = await host.accounts.byName(answers.os_user)
  const facts: Facts = {
    ...{ host: host.environment.name, mode: host.environment.mode, homeBase, account },
    ...{
      personUids: { min: 0, max: 0 },
      ownUid: null,
      accountExpired: false,
      power: null,
      lastLoginAt: null,
    },
    ...{
      createsAccounts: true,
      sameNamedGroup: null,
      roleGroups: {},
      owners: {},
      paths: {},
      rosterMatches: [],
    },
    ...{ rosterProblem: null, shellExists: true, missingPrograms: [] },
  }
  return planSteps(answers, targetRole(config, answers), config, facts, template)
}

/** What is not as the steps of this person would leave it. */
export async function personDrifts(ground: Ground, steps: readonly PlanStep[]): Promise<Drift[]> {
  const account = steps.find(({ kind }) => kind === 'account')
  const creates = account?.kind === 'account' && account.params.mode === 'create'
  const drifts: Drift[] = []
  for (const step of steps) {
    if (!PERSONAL.has(step.kind)) continue
    const found = (await checkStep(ground, step)).drifts
    // Without the account there is no member, no owner and nobody whose seed could be missing.
    const said =
      creates && step.kind !== 'account' ? found.filter(({ code }) => code === 'group.missing') : found
    drifts.push(...said)
  }
  return drifts
}

/** The units that are not as the service step would leave them; the same for everybody. */
export async function serviceDrifts({ host, registry, config }: Omit<Ground, 'template'>): Promise<Drift[]> {
  const { drifts } = await registry.service.check(host, { services: config.services, probe: null })
  return drifts
}

function checkStep({ host, registry }: Ground, { kind, params }: PlanStep): Promise<StepCheck> {
  // Kind and parameters belong together in `PlanStep`.
  const check = registry[kind].check as (host: Host, params: unknown) => Promise<StepCheck>
  return check(host, params)
}
