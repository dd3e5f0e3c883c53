import { digestMatches } from '../../../domain/plan.ts'
import type { Request } from '../../../domain/request.ts'
import type { ChallengeSubject } from '../../../store/queries/challenges.ts'
import type { Caller } from '../../caller.ts'
import { because, type EngineContext, type Operation, type Refusal, refusal } from '../../context.ts'
import { hashChallenge, makeChallenge } from '../../factors/challenge.ts'
import { refuseFrozen } from '../../factors/frozen.ts'
import { loadRequest, refuseDecision, reload } from '../load-request.ts'
import { isRequester, refuseAccess } from '../ownership.ts'
import { openRepairsOf, refuseRepairs } from '../reconcile.ts'
import { repairsChallenged, requestChallenged } from './challenge-subjects.ts'

/** A challenge for approving this plan: of a draft too, because its requester submits and approves it in one tap. */
export const requestChallenge: Operation<'request.challenge'> = async (context, caller, { id, digest }) => {
  const loaded = loadRequest(context, 'request.challenge', caller, id, isRequester)
  if (!loaded.ok) return loaded
  return {
    effect: () =>
      context.events.commit(() => {
        const request = reload(context, id)
        const refused = refuseUndecidable(request, digest) ?? refuseChallenge(context, caller)
        if (refused !== null) return refused
        const challenge = issueChallenge(context, caller, requestChallenged(request))
        return { ok: true, output: { challenge } }
      }),
  }
}

/** The same for every open repair of a reconciliation at once. */
export const reconcileChallenge: Operation<'reconcile.challenge'> = async (
  context,
  caller,
  { id, digest },
) => {
  const ownership = context.store.reconciliations.get(id) === null ? 'absent' : 'foreign'
  const refused = refuseAccess('reconcile.challenge', caller, ownership, `reconciliation ${id}`)
  if (refused !== null) return refused
  return {
    effect: () =>
      context.events.commit(() => {
        const { digest: current } = openRepairsOf(context, id)
        const refused = refuseRepairs(id, current, digest) ?? refuseChallenge(context, caller)
        if (refused !== null) return refused
        const subject = repairsChallenged(id, current ?? '')
        return { ok: true, output: { challenge: issueChallenge(context, caller, subject) } }
      }),
  }
}

function issueChallenge({ store, clock }: EngineContext, { personKey }: Caller, subject: ChallengeSubject) {
  if (personKey === null) throw new Error('a challenge was let through without a person')
  const challenge = makeChallenge()
  store.challenges.issue(subject, personKey, hashChallenge(challenge), clock())
  return challenge
}

function refuseUndecidable(request: Request, digest: string): (Refusal & { ok: false }) | null {
  if (request.state !== 'draft') return refuseDecision(request, digest)
  if (digestMatches(request.plan.digest, digest)) return null
  return refusal(
    'digest_differs',
    `cannot approve request ${request.id}: its plan is not the one that was shown`,
  )
}

/** Whoever took the bot can be given challenges, but neither while chat is frozen nor without end. */
function refuseChallenge(context: EngineContext, caller: Caller): (Refusal & { ok: false }) | null {
  const frozen = refuseFrozen(context)
  if (frozen !== null) return frozen
  if (caller.personKey === null) {
    return refusal('not_permitted', 'cannot approve: only a known person can', because('only_known_person'))
  }
  if (context.challenges.take(caller.personKey, context.clock())) return null
  return refusal('too_many', 'cannot give more challenges now: wait an hour', because('challenges_capped'))
}
