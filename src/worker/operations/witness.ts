import { randomBytes } from 'node:crypto'
import { actorKey } from '../../domain/actor.ts'
import type { WitnessItem } from '../../protocol/views-witness.ts'
import type { WitnessCode } from '../../store/queries/witness-codes.ts'
import { type EngineContext, type Operation, type Refusal, refusal } from '../context.ts'
import { refuseFrozen } from '../factors/frozen.ts'
import { bindingOf, isAbout, WITNESS_CODE_MS } from '../witness/check-code.ts'
import { witnessCode } from '../witness/witness-code.ts'
import { refuseApproval } from './approve-request.ts'
import { requestChallenged } from './factors/challenge-subjects.ts'
import { loadRequest, reload } from './load-request.ts'
import { isRequester, refuseAccess } from './ownership.ts'
import { eventSubject } from './request-subject.ts'
import { type Names, readNames } from './roster-names.ts'
import { requestRole } from './target-role.ts'
import { requestView, roleView } from './views.ts'

const HOUR = 3_600_000

/** Begins an approval that needs the witness: it is given a code to send. */
export const witnessAsk: Operation<'witness.ask'> = async (context, caller, { id, digest }) => {
  const loaded = loadRequest(context, 'witness.ask', caller, id, isRequester)
  if (!loaded.ok) return loaded
  const names = await readNames(context.host)
  const { store, config, events, clock, limits } = context
  return {
    effect() {
      const request = reload(context, id)
      const { actor } = caller
      if (actor.kind !== 'telegram') throw new Error('a code was asked for by nobody in chat')
      const refused = refuseFrozen(context) ?? refuseApproval(context, caller, request, digest)
      if (refused !== null) return refused
      if (requestRole(store, config, request).approval.step_up !== 'witness') {
        return refusal(
          'wrong_state',
          `cannot ask the witness about request ${id}: its role does not need one`,
        )
      }
      const now = clock()
      if (store.witnessCodes.countSince(actor.telegramId, now - HOUR) >= limits.witnessCodesPerHour) {
        return refusal(
          'too_many',
          `cannot have the witness send more than ${limits.witnessCodesPerHour} codes an hour: wait, or use 'sudo usher confirm ${id}'`,
        )
      }
      const expiresAt = now + WITNESS_CODE_MS
      store.witnessCodes.forget(now - limits.idempotencyMs)
      store.witnessCodes.make({
        ...{ requestId: id, revision: request.revision, digest: request.plan.digest },
        ...{ telegramId: actor.telegramId, nonce: randomBytes(16).toString('base64url') },
        ...{ madeAt: now, expiresAt },
      })
      const { revision } = request
      events.append('witness.asked', eventSubject(store, request), actorKey(actor), { revision })
      const view = requestView(context, names, reload(context, id))
      return { ok: true, output: { request: view, expires_at: expiresAt } }
    },
  }
}

/** What the witness has to do; waits for something to do as long as it is asked to. */
export const witnessPending: Operation<'witness.pending'> = async (context, caller, { wait_ms }) => {
  const refused = refuseAccess('witness.pending', caller, 'none', 'anything')
  if (refused !== null) return refused
  const until = performance.now() + wait_ms
  for (;;) {
    const news = nextNews(context, until)
    try {
      const names = await readNames(context.host)
      const items = itemsOf(context, names)
      if (items.length > 0 || performance.now() >= until || context.stopping.aborted) {
        return { effect: () => ({ ok: true, output: { items } }) }
      }
      await news.came
    } finally {
      news.stop()
    }
  }
}

/** What became of a code that was to be sent; a report that comes again changes nothing. */
export const witnessSent: Operation<'witness.sent'> = async (context, caller, { id, outcome }) => {
  const refused = refuseAccess('witness.sent', caller, 'none', 'anything')
  if (refused !== null) return refused
  const { store, events, clock } = context
  return {
    effect() {
      const code = store.witnessCodes.get(id)
      if (code === null) return noSuchCode(id)
      if (code.toldAt !== null) return { ok: true, output: {} }
      store.witnessCodes.told(id, clock(), outcome.kind === 'sent' ? outcome.message_id : null)
      if (outcome.kind === 'unreachable') {
        if (code.end === null) store.witnessCodes.end(id, 'unsent')
        const about = eventSubject(store, reload(context, code.requestId))
        const data = { admin: code.telegramId, bot: outcome.bot }
        events.append('witness.unreachable', about, actorKey(caller.actor), data)
      }
      return { ok: true, output: {} }
    },
  }
}

/** No message shows this code any more. */
export const witnessCleared: Operation<'witness.cleared'> = async (context, caller, { id }) => {
  const refused = refuseAccess('witness.cleared', caller, 'none', 'anything')
  if (refused !== null) return refused
  const { store, clock } = context
  return {
    effect() {
      if (store.witnessCodes.get(id) === null) return noSuchCode(id)
      store.witnessCodes.cleared(id, clock())
      return { ok: true, output: {} }
    },
  }
}

function noSuchCode(id: number): Refusal & { ok: false } {
  return refusal('not_found', `cannot find code ${id}: there is no such thing`)
}

function itemsOf(context: EngineContext, names: Names): WitnessItem[] {
  const { store, config, clock, secrets } = context
  const now = clock()
  return store.witnessCodes.unsettled(now).flatMap((code): WitnessItem[] => {
    const { id, telegramId, expiresAt, messageId } = code
    const request = reload(context, code.requestId)
    const why =
      endOf(code, now) ??
      (request.state !== 'submitted' || !isAbout(code, requestChallenged(request)) ? 'closed' : null)
    if (messageId !== null) {
      const about = { id, telegram_id: telegramId, message_id: messageId, request_id: code.requestId }
      return why === null ? [] : [{ kind: 'clear', ...about, why }]
    }
    if (why !== null) return []
    const view = {
      request: requestView(context, names, request),
      role: roleView(requestRole(store, config, request)),
    }
    const sending = { code: witnessCode(secrets.rootKey(), bindingOf(code)), expires_at: expiresAt }
    return [{ kind: 'send', id, telegram_id: telegramId, ...sending, ...view }]
  })
}

function endOf({ end, expiresAt }: WitnessCode, now: number) {
  if (end !== null) return end === 'unsent' ? 'closed' : end
  return now >= expiresAt ? 'expired' : null
}

/** Comes true with the next event, with the next expiry of a code that a message shows, and at `until`. */
function nextNews({ store, events, clock, stopping }: EngineContext, until: number) {
  const { promise: came, resolve } = Promise.withResolvers<void>()
  const unsubscribe = events.subscribe(resolve)
  const expiry = store.witnessCodes.nextExpiry()
  const left = Math.max(0, until - performance.now())
  const timer = setTimeout(
    resolve,
    expiry === null ? left : Math.min(left, Math.max(0, expiry - clock()) + 1),
  )
  const aborted = () => resolve()
  stopping.addEventListener('abort', aborted)
  return {
    came,
    stop: () => {
      unsubscribe()
      clearTimeout(timer)
      stopping.removeEventListener('abort', aborted)
    },
  }
}
