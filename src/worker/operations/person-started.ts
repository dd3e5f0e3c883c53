import { actorKey } from '../../domain/actor.ts'
import type { EngineContext, Operation } from '../context.ts'
import { waitingActivation } from '../running/waiting-activation.ts'
import { ownTelegramId, refuseAccess } from './ownership.ts'

/**
 * Remembers for good that this Telegram user wrote to the bot; the runner then activates the account that waits for it. Of
 * somebody whom neither the roster nor an open request names nothing is kept, and they learn nothing.
 */
export const personStarted: Operation<'person.started'> = async (context, caller) => {
  const { store, events, clock } = context
  const telegramId = ownTelegramId(caller)
  const isNamed = telegramId !== null && (await isKnown(context, telegramId))
  const refused = refuseAccess('person.started', caller, isNamed ? 'own' : 'absent', 'you')
  if (refused !== null) return refused
  return {
    effect() {
      if (telegramId === null) throw new Error('a Start was let through without a Telegram user')
      if (store.starts.note(telegramId, clock())) {
        const about = { requestId: null, runId: null, telegramId }
        events.append('person.started', about, actorKey(caller.actor))
      }
      return { ok: true, output: { activates: waitingActivation(store, telegramId) !== null } }
    },
  }
}

async function isKnown({ store, host }: EngineContext, telegramId: number): Promise<boolean> {
  if (store.requests.isOpenFor(telegramId)) return true
  if (store.holds.heldByOther([`telegram:${telegramId}`], null) !== null) return true
  const roster = await host.readRoster()
  return roster.ok && roster.entries.some((entry) => entry.telegram_id === telegramId)
}
