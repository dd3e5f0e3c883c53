import type { Config } from '../../config/config.ts'
import type { Facts } from '../../domain/facts.ts'
import type { Finding } from '../../domain/finding.ts'
import type { OnboardAnswers } from '../../domain/person.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Role } from '../../domain/role.ts'
import type { PlanStep } from '../../domain/step.ts'
import {
  decisiveFacts,
  isPowerful,
  type PlanIdentity,
  type PlanWithBasis,
  plain,
  sharedRoots,
  templateHash,
  withDigest,
} from './planner.ts'
import { planSteps } from './planner-steps.ts'

/**
 * The plan of adding what somebody on the roster lacks; pure. The steps are those of an onboarding, which add and never replace;
 * the entry is there already, so that step only records it, and
 * whoever is taken off the roster while the repair runs stays off. No service is restarted: nothing that a service reads changes. Only an
 * account that the repair makes is activated.
 */
export function planRepair(
  identity: PlanIdentity,
  answers: OnboardAnswers,
  findings: readonly Finding[],
  role: Role,
  config: Config,
  facts: Facts,
  template: string | null,
): PlanWithBasis {
  const steps = planSteps(answers, role, config, facts, template).flatMap((step): PlanStep[] => {
    if (step.kind === 'service' || (step.kind === 'activation' && answers.account === 'adopt')) return []
    if (step.kind !== 'roster') return [step]
    const takesOver = findings.some(isTakenOver)
    const notes = [{ code: takesOver ? 'roster.record' : 'roster.present' } as const]
    return [{ ...step, params: { ...step.params, mustBeThere: true }, effect: 'already', notes }]
  })
  return withDigest(identity, role, steps, demandsOf(answers, findings, role, facts), {
    kind: 'repair',
    answers: plain(answers),
    findings: findings.map(({ code, params = {} }) => ({ code, params })),
    template: templateHash(template),
    facts: decisiveFacts(facts, sharedRoots(config, facts)),
  })
}

/** Whether a repair takes over what somebody wrote into the roster by hand. */
export function isTakenOver({ code }: Finding): boolean {
  return code === 'entry.unrecorded' || code === 'entry.edited'
}

/**
 * Root wrote the entry, so that the account was given away already: its owner is not asked. What it can do is taken over with it,
 * so power that equals root's is confirmed on a terminal. A repair of somebody whom a run knows imports nothing.
 */
function demandsOf(
  answers: OnboardAnswers,
  findings: readonly Finding[],
  role: Role,
  facts: Facts,
): Plan['demands'] {
  const takesOver = answers.account === 'adopt' && findings.some(isTakenOver)
  const terminal = facts.mode === 'system' && isPowerful(role, takesOver ? facts.power : null)
  return { terminal, consent: false }
}
