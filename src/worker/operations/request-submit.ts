import { actorKey } from '../../domain/actor.ts'
import { digestMatches } from '../../domain/plan.ts'
import type { Request } from '../../domain/request.ts'
import { type EngineContext, type Operation, refusal } from '../context.ts'
import { checkRequest, holderOf } from './check-request.ts'
import { hashClaimCode, makeClaimCode } from './claim-code.ts'
import { cancelRepairs } from './decide-request.ts'
import { loadRequest, refuseDecision, reload } from './load-request.ts'
import { isRequester } from './ownership.ts'
import { adoptedUid, eventSubject, identityOf } from './request-subject.ts'
import { readNames } from './roster-names.ts'
import { refuseUndo } from './run-undo.ts'
import { requestRole } from './target-role.ts'
import { requestView } from './views.ts'

/**
 * Puts a draft up for decision, if the host still agrees and the plan still is the one that was shown. Its requester may submit
 * it again while it waits, for a new claim code in place of one that was lost or belonged to an older revision.
 */
export const requestSubmit: Operation<'request.submit'> = async (context, caller, { id, digest }) => {
  const { config, store, events, clock } = context
  const loaded = loadRequest(context, 'request.submit', caller, id, isRequester)
  if (!loaded.ok) return loaded
  const { answers } = loaded
  const names = await readNames(context.host)
  const answer = (claimCode: string | null) => ({
    ok: true as const,
    output: {
      request: requestView(context, names, reload(context, id)),
      claim_code: claimCode,
    },
  })

  if (loaded.request.state !== 'draft') {
    return {
      effect() {
        const request = reload(context, id)
        return refuseDecision(request, digest) ?? answer(issueClaim(context, request))
      },
    }
  }
  const checked = await checkRequest(context, loaded.request, answers)
  if (checked.violations.length > 0) {
    return refusal('invalid', 'cannot submit this: the host no longer agrees; nothing was changed', {
      violations: checked.violations,
    })
  }
  return {
    effect() {
      const request = reload(context, id)
      if (request.state !== 'draft') {
        return refuseDecision(request, digest) ?? answer(issueClaim(context, request))
      }
      const { plan, basis } = checked.plan(identityOf(request))
      if (plan.digest !== request.plan.digest || !digestMatches(plan.digest, digest)) {
        // Written on purpose: whoever looks at the draft again sees the plan as it would be now.
        store.requests.setPlan(id, request.revision, plan, JSON.stringify(basis), request.expiresAt)
        if (checked.subject !== undefined) store.requests.setSubject(id, request.revision, checked.subject)
        return refusal(
          'digest_differs',
          `cannot submit request ${id}: its plan is not the one that was shown`,
        )
      }
      const held = store.holds.heldByOther(checked.resources, id)
      if (held !== null) {
        return refusal(
          'held',
          `cannot submit request ${id}: request ${held.requestId} holds the same person`,
          {
            params: { ...holderOf(context, held.requestId), resource: held.resource },
          },
        )
      }
      const undone = refuseUndoOfEnded(context, request)
      if (undone !== null) return undone
      cancelRepairs(context, answers)
      const now = clock()
      const expiresAt = now + requestRole(store, config, request).approval.expiresMs
      store.requests.transition(id, 'draft', 'submitted', request.revision, { submittedAt: now, expiresAt })
      store.holds.take(checked.resources, id)
      const code = issueClaim(context, reload(context, id))
      events.append('request.submitted', eventSubject(store, request), actorKey(caller.actor), {
        kind: request.subject.kind,
        revision: request.revision,
        expires_at: expiresAt,
        consent: plan.demands.consent,
        terminal: plan.demands.terminal,
      })
      return answer(code)
    },
  }
}

/** A run that was taken back meanwhile is not taken back again. */
function refuseUndoOfEnded({ store }: EngineContext, { subject }: Request) {
  if (subject.kind !== 'undo') return null
  return refuseUndo(store, store.runs.get(subject.runId), subject.runId)
}

/** A fresh claim code while the owner's consent is missing, else null; the older code of this request is dead. */
export function issueClaim({ store, clock }: EngineContext, request: Request): string | null {
  const uid = adoptedUid(request)
  const { id, revision } = request
  const needed = request.plan.demands.consent && store.decisions.consentOf(id, revision) === null
  if (!needed || uid === null || request.state !== 'submitted') return null
  const code = makeClaimCode()
  store.claims.issue({ requestId: id, revision, uid, codeHash: hashClaimCode(code), at: clock() })
  return code
}
