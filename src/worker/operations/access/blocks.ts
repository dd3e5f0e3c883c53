import { actorKey } from '../../../domain/actor.ts'
import { because, type Operation, refusal } from '../../context.ts'
import { closeRequest } from '../decide-request.ts'
import { refuseAccess } from '../ownership.ts'
import { readNames } from '../roster-names.ts'
import { refuseText } from '../text-of-decision.ts'
import { endAccess } from './follow.ts'
import { blockView } from './views.ts'

/** From now on nothing that this Telegram user sends is answered. */
export const blockAdd: Operation<'block.add'> = async (
  context,
  caller,
  { telegram_id: telegramId, reason },
) => {
  const refused = refuseAccess('block.add', caller, 'foreign', 'anybody to block')
  if (refused !== null) return refused
  const text = refuseText('reason', reason)
  if (text !== null) return text
  const { store, events, config, limits, clock, host } = context
  const roster = await host.readRoster()
  if (!roster.ok) {
    return refusal('roster_unusable', 'cannot block anybody: the roster cannot be used', {
      params: { path: config.paths.roster, why: roster.why },
    })
  }
  const isKnown =
    roster.entries.some((entry) => entry.telegram_id === telegramId) ||
    config.telegram.admins.includes(telegramId)
  if (isKnown) {
    return refusal(
      'wrong_state',
      `cannot block ${telegramId}: it is somebody whom this host knows; only strangers can be blocked`,
      because('known_here', { telegram_id: telegramId }),
    )
  }
  const names = await readNames(host)
  return {
    effect() {
      const before = store.blocks.get(telegramId)
      if (before !== null) return { ok: true, output: { block: blockView(names, before) } }
      if (store.blocks.count() >= limits.blocks && caller.actor.kind !== 'operator') {
        return refusal(
          'too_many',
          `cannot block more than ${limits.blocks} people by chat`,
          because('blocks_capped', { max: limits.blocks }),
        )
      }
      const access = store.access.openOf(telegramId)
      const request = access?.requestId ? store.requests.get(access.requestId) : null
      if (request?.state === 'approved') {
        return refusal(
          'wrong_state',
          `cannot block ${telegramId}: request ${request.id} is letting them in`,
          because('being_let_in', { telegram_id: telegramId, request: request.id }),
        )
      }
      const by = actorKey(caller.actor)
      const now = clock()
      const block = { telegramId, by, at: now, reason: reason ?? null }
      store.blocks.add(block)
      const about = { requestId: null, runId: null, telegramId }
      events.append('block.added', about, by, reason === undefined ? {} : { reason })
      if (access !== null) endAccess(context, access, 'blocked', by)
      if (request?.state === 'draft') closeRequest(context, request, 'cancelled', by, null)
      if (request?.state === 'submitted') closeRequest(context, request, 'denied', by, null)
      const invitation = store.invitations.openedBy(telegramId)
      if (invitation !== null) {
        store.invitations.transition(invitation.id, 'opened', 'revoked', { endedAt: now })
        events.append('invite.revoked', about, by, { invitation: invitation.id })
      }
      return { ok: true, output: { block: blockView(names, block) } }
    },
  }
}

export const blockRemove: Operation<'block.remove'> = async (
  context,
  caller,
  { telegram_id: telegramId },
) => {
  const refused = refuseAccess('block.remove', caller, 'foreign', 'anybody to unblock')
  if (refused !== null) return refused
  const { store, events, host } = context
  const names = await readNames(host)
  return {
    effect() {
      const block = store.blocks.get(telegramId)
      if (block === null)
        return refusal(
          'not_found',
          `cannot unblock ${telegramId}: nobody blocked them`,
          because('not_blocked', { telegram_id: telegramId }),
        )
      store.blocks.remove(telegramId)
      const about = { requestId: null, runId: null, telegramId }
      events.append('block.removed', about, actorKey(caller.actor))
      return { ok: true, output: { block: blockView(names, block) } }
    },
  }
}

export const blockList: Operation<'block.list'> = async (context, caller, { limit, skip }) => {
  const refused = refuseAccess('block.list', caller, 'none', 'blocks')
  if (refused !== null) return refused
  const names = await readNames(context.host)
  return {
    effect() {
      const found = context.store.blocks.list(limit + 1, skip)
      const blocks = found.slice(0, limit).map((block) => blockView(names, block))
      return { ok: true, output: { blocks, more: found.length > limit } }
    },
  }
}
