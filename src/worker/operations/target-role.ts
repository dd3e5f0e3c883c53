import type { Config } from '../../config/config.ts'
import type { OnboardAnswers } from '../../domain/person.ts'
import { type ChatRules, missingFor } from '../../domain/policy.ts'
import type { Approval, Missing, Request } from '../../domain/request.ts'
import type { Role } from '../../domain/role.ts'
import type { Store } from '../../store/store.ts'
import { type EditRoles, editRole } from '../planning/planner-edit.ts'
import { retestRole } from '../planning/planner-retest.ts'
import { subjectOf } from './request-subject.ts'

/**
 * The role that a request is about. One that the config no longer has gets the strictest policy: its plan has another
 * digest anyway, and a person whose role is gone must still be removable.
 */
export function targetRole(config: Config, answers: Pick<OnboardAnswers, 'role'>): Role {
  return (
    config.roles.get(answers.role) ?? {
      name: answers.role,
      description: 'no longer in the config',
      permissions: [],
      groups: [],
      shell: '/usr/sbin/nologin',
      approval: { count: 1, self: true, step_up: 'terminal', expiresMs: 24 * 3_600_000 },
    }
  )
}

/** What holds of approvals in chat now. */
export function chatRules({ freezes }: Pick<Store, 'freezes'>, config: Config): ChatRules {
  return { holdMs: config.approval.holdMs, frozenAt: freezes.lastAt() }
}

/** The role by whose policy a request is decided, of an undo request that of what it takes back. */
export function requestRole(store: Store, config: Config, request: Request): Role {
  const subject = subjectOf(store, request)
  switch (subject.kind) {
    case 'edit': {
      const roles: EditRoles = {
        before: targetRole(config, subject.before),
        after: targetRole(config, subject.after),
      }
      return editRole(roles)
    }
    case 'retest':
      return retestRole(targetRole(config, subject.entry))
    default:
      return targetRole(config, subject.answers)
  }
}

/**
 * What a request still lacks at `now`, with the decisions as they are in the store. `approvals`: those of its revision, when they
 * are known.
 */
export function missingOf(
  store: Store,
  config: Config,
  request: Request,
  now: number,
  approvals: readonly Approval[] = store.decisions.approvals(request.id, request.revision),
): Missing[] {
  const role = requestRole(store, config, request)
  const { demands } = request.plan
  const consent = demands.consent ? store.decisions.consentOf(request.id, request.revision) : null
  return missingFor(
    role.approval,
    request.plan,
    request,
    { approvals, consent },
    now,
    chatRules(store, config),
  )
}
