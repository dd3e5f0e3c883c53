import { actorKey } from '../../domain/actor.ts'
import type { Operation } from '../context.ts'
import { decide } from '../gate/access.ts'
import { loadRequest } from './load-request.ts'
import { loadRun } from './load-run.ts'
import { mayCallOwn, ownTelegramId, refuseAccess } from './ownership.ts'
import { readNames } from './roster-names.ts'
import { requestView, requestViews, runView } from './views.ts'

export const requestGet: Operation<'request.get'> = async (context, caller, { id }) => {
  const loaded = loadRequest(context, 'request.get', caller, id, mayCallOwn)
  if (!loaded.ok) return loaded
  const names = await readNames(context.host)
  return {
    effect: () => ({ ok: true, output: { request: requestView(context, names, loaded.request) } }),
  }
}

/** Newest first: all, or those that the caller asked for or that are about them. */
export const requestList: Operation<'request.list'> = async (context, caller, { open, limit, before }) => {
  const refused = refuseAccess('request.list', caller, 'none', 'requests')
  if (refused !== null) return refused
  const all = decide('request.list', caller, 'foreign') === 'allow'
  const names = await readNames(context.host)
  const { store } = context
  const reader = {
    telegramId: ownTelegramId(caller),
    actorKey: actorKey(caller.actor),
    personKey: caller.personKey,
  }
  return {
    effect() {
      const found = store.requests.list({
        open,
        limit: limit + 1,
        ...(before === undefined ? {} : { before }),
        ...(all ? {} : { onlyOf: reader }),
      })
      const requests = requestViews(context, names, found.slice(0, limit))
      return { ok: true, output: { requests, more: found.length > limit } }
    },
  }
}

export const runGet: Operation<'run.get'> = async (context, caller, { id }) => {
  const loaded = loadRun(context, 'run.get', caller, id)
  if (!loaded.ok) return loaded
  const names = await readNames(context.host)
  const { run, request } = loaded
  return { effect: () => ({ ok: true, output: { run: runView(context, names, run, request) } }) }
}
