import { personKeyOf } from '../../domain/actor.ts'
import { mayCount } from '../../domain/policy.ts'
import type { Request } from '../../domain/request.ts'
import type { Caller } from '../caller.ts'
import { type EngineContext, type Refusal, refusal } from '../context.ts'
import { answersOf } from './request-subject.ts'
import { requestRole } from './target-role.ts'

/** Why an approval of this person would not count for this request, whatever they prove; null when it would. */
export function refuseApprover(
  { store, config }: Pick<EngineContext, 'store' | 'config'>,
  { personKey }: Pick<Caller, 'personKey'>,
  request: Request,
): (Refusal & { ok: false }) | null {
  if (personKey === null) return refusal('not_permitted', 'cannot approve: only a known person can')
  const { approval: policy } = requestRole(store, config, request)
  if (!mayCount(policy, request.requesterPersonKey, personKey)) {
    return refusal(
      'not_permitted',
      `cannot approve request ${request.id}: it is your own, and the role needs somebody else's approval`,
    )
  }
  const isSubject = personKey === personKeyOf(answersOf(store, request).telegram_id)
  if (!isSubject || policy.self) return null
  return refusal('not_permitted', `cannot approve request ${request.id}: it is about you`)
}
