import type { AccessRequest } from '../../../domain/access-request.ts'
import { actorKey } from '../../../domain/actor.ts'
import type { Caller } from '../../caller.ts'
import type { EngineContext, Operation, Refusal } from '../../context.ts'
import { closeRequest } from '../decide-request.ts'
import { reload } from '../load-request.ts'
import { isRequester, ownTelegramId, refuseAccess } from '../ownership.ts'
import { prepareDraft, putDraft } from '../request-draft.ts'
import { readNames } from '../roster-names.ts'
import { refuseText } from '../text-of-decision.ts'
import { requestView } from '../views.ts'
import { appendAccess, endAccess } from './follow.ts'
import { alreadyDecided, loadAccess, reloadAccess, seesAll } from './load.ts'
import { accessView, ownAccessView } from './views.ts'

export const accessGet: Operation<'access.get'> = async (context, caller, { id }) => {
  const loaded = loadAccess(context, 'access.get', caller, id)
  if (!loaded.ok) return loaded
  const names = await readNames(context.host)
  const { access } = loaded
  const all = seesAll(caller)
  return {
    effect: () => ({
      ok: true,
      output: { access: all ? accessView(context.store, names, access) : ownAccessView(access) },
    }),
  }
}

/** Newest first: all of them for who decides, one's own for everybody else. */
export const accessList: Operation<'access.list'> = async (context, caller, { open, limit, before }) => {
  const refused = refuseAccess('access.list', caller, 'none', 'access requests')
  if (refused !== null) return refused
  const { store } = context
  const all = seesAll(caller)
  const names = await readNames(context.host)
  const own = ownTelegramId(caller)
  return {
    effect() {
      const found = store.access.list({
        open,
        limit: limit + 1,
        ...(before === undefined ? {} : { before }),
        // No Telegram user is 0.
        ...(all ? {} : { onlyOf: own ?? 0 }),
      })
      const access = found
        .slice(0, limit)
        .map((one) => (all ? accessView(store, names, one) : ownAccessView(one)))
      return { ok: true, output: { access, more: found.length > limit } }
    },
  }
}

/** No, with an optional reason that its asker reads. What became a request already is denied there. */
export const accessDeny: Operation<'access.deny'> = async (context, caller, { id, reason }) => {
  const loaded = loadAccess(context, 'access.deny', caller, id)
  if (!loaded.ok) return loaded
  const text = refuseText('reason', reason)
  if (text !== null) return text
  const names = await readNames(context.host)
  return {
    effect() {
      const access = reloadAccess(context, id)
      if (access.state !== 'waiting') return alreadyDecided(access)
      endAccess(context, access, 'denied', actorKey(caller.actor), { reason: reason ?? null })
      return { ok: true, output: { access: accessView(context.store, names, reloadAccess(context, id)) } }
    },
  }
}

/** An admin adds what the newcomer could not know; the first one wins. What comes of it is an ordinary draft. */
export const accessComplete: Operation<'access.complete'> = async (context, caller, { id, answers }) => {
  const loaded = loadAccess(context, 'access.complete', caller, id)
  if (!loaded.ok) return loaded
  const early = refuseCompletion(context, caller, loaded.access)
  if (early !== null) return early
  const { telegramId } = loaded.access
  const prepared = await prepareDraft(context, caller, {
    ...answers,
    telegram_id: telegramId,
    proof: 'started',
  })
  if ('error' in prepared) return prepared
  const names = await readNames(context.host)
  return {
    effect() {
      const { store, events } = context
      const access = reloadAccess(context, id)
      const late = refuseCompletion(context, caller, access)
      if (late !== null) return late
      const by = actorKey(caller.actor)
      const requestId = putDraft(context, caller, prepared.subject, telegramId, prepared.checked)
      const older = access.requestId === null ? null : store.requests.get(access.requestId)
      if (access.state === 'waiting') {
        const change = { requestId, decidedBy: by, decidedAt: context.clock() }
        if (!store.access.transition(id, 'waiting', 'completed', change)) {
          throw new Error(`access request ${id} changed inside a transaction`)
        }
        appendAccess(events, 'access.completed', { ...access, requestId }, by)
      } else if (older !== null && older.id !== requestId) {
        store.access.relink(id, older.id, requestId)
        if (older.state === 'draft') closeRequest(context, older, 'cancelled', by, null)
      }
      return {
        ok: true,
        output: {
          access: accessView(store, names, reloadAccess(context, id)),
          request: requestView(context, names, reload(context, requestId)),
        },
      }
    },
  }
}

/** Only what waits can be completed, or completed anew by the same admin as long as nobody was asked to decide. */
function refuseCompletion(
  { store }: EngineContext,
  caller: Caller,
  access: AccessRequest,
): (Refusal & { ok: false }) | null {
  if (access.state === 'waiting') return null
  const draft = access.requestId === null ? null : store.requests.get(access.requestId)
  const isTheirs = draft?.state === 'draft' && isRequester(caller, draft)
  return access.state === 'completed' && isTheirs ? null : alreadyDecided(access)
}
