import type { JsonObject } from '../../domain/json.ts'
import type { Role } from '../../domain/role.ts'
import type { PlanStep } from '../../domain/step.ts'
import type { StoredStep } from '../../store/queries/runs.ts'
import { type PlanIdentity, type PlanWithBasis, withDigest } from './planner.ts'

/**
 * The order in which steps are taken back: the reverse, so access goes first (roster, activation), then folders, then the
 * account; but `service` only settles, after everything else.
 */
export function undoOrder<S extends { plan: Pick<PlanStep, 'kind'> }>(steps: readonly S[]): S[] {
  const reversed = steps.toReversed()
  const isService = (step: S) => step.plan.kind === 'service'
  return [...reversed.filter((step) => !isService(step)), ...reversed.filter(isService)]
}

/**
 * The plan of taking a succeeded run back; pure. Covered by the digest: what the run was approved to do and what its
 * records say that it did. Whether each aspect is still as it was left is decided step by step when it is undone.
 *
 * Always demands a terminal, in addition to the target role's policy: a bot must never remove anybody by itself.
 */
export function planUndo(
  identity: PlanIdentity,
  role: Role,
  run: { id: number; digest: string },
  steps: readonly StoredStep[],
): PlanWithBasis {
  const undone = undoOrder(steps.filter(({ state }) => state === 'applied'))
  const planned = undone.map(
    ({ plan }) =>
      ({
        ...plan,
        effect: 'change',
        notes: [{ code: 'undo.will_undo', params: { kind: plan.kind } }],
      }) as PlanStep,
  )
  const records = undone.map(({ index, record }): JsonObject => ({ index, record }))
  return withDigest(
    identity,
    role,
    planned,
    { terminal: true, consent: false },
    {
      kind: 'undo',
      run: { id: run.id, digest: run.digest },
      records,
    },
  )
}
