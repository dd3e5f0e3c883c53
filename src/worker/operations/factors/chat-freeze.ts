import { actorKey } from '../../../domain/actor.ts'
import { ALARM_KINDS, type FreezeView } from '../../../protocol/views-factors.ts'
import type { Freeze } from '../../../store/queries/freezes.ts'
import type { EngineContext, Operation } from '../../context.ts'
import { refuseAccess } from '../ownership.ts'

const NOBODY = { requestId: null, runId: null, telegramId: null }

/** Any admin: approvals in chat end at once, those that have not begun to run included. */
export const chatFreeze: Operation<'chat.freeze'> = async (context, caller) => {
  const refused = refuseAccess('chat.freeze', caller, 'none', 'this')
  if (refused !== null) return refused
  return {
    effect: () => ({ ok: true, output: { frozen: freeze(context, actorKey(caller.actor), 'asked') } }),
  }
}

/** uid 0: approvals in chat count again, from now on. */
export const chatUnfreeze: Operation<'chat.unfreeze'> = async (context, caller) => {
  const refused = refuseAccess('chat.unfreeze', caller, 'none', 'this')
  if (refused !== null) return refused
  return {
    effect() {
      const { store, events, clock } = context
      const ended = store.freezes.end(clock(), actorKey(caller.actor))
      if (ended) events.append('chat.unfrozen', NOBODY, actorKey(caller.actor))
      return { ok: true, output: { ended } }
    },
  }
}

/** The bot noticed that somebody else may have its token. Each kind is told once in a freeze. */
export const chatAlarm: Operation<'chat.alarm'> = async (context, caller, { kind }) => {
  const refused = refuseAccess('chat.alarm', caller, 'none', 'this')
  if (refused !== null) return refused
  return {
    effect() {
      const { store, events } = context
      const before = store.freezes.current()
      const noted = `alarm.${kind}`
      const isNews = before === null || store.meta.get(noted) !== String(before.at)
      const frozen = freeze(context, 'bot', kind)
      if (isNews) {
        store.meta.set(noted, String(frozen.at))
        events.append('chat.alarm', NOBODY, 'bot', { kind })
      }
      return { ok: true, output: { frozen } }
    },
  }
}

/** The freeze in force, for people. */
export function freezeView({ freezes }: EngineContext['store']): FreezeView | null {
  const current = freezes.current()
  return current === null ? null : viewOf(current)
}

/** Begins a freeze, or finds the one in force. */
function freeze({ store, events, clock }: EngineContext, by: string, why: FreezeView['why']): FreezeView {
  const current = store.freezes.current()
  if (current !== null) return viewOf(current)
  const begun = { at: clock(), by, why }
  store.freezes.begin(begun)
  events.append('chat.frozen', NOBODY, by, { why })
  return begun
}

function viewOf({ at, by, why }: Freeze): FreezeView {
  return { at, by, why: ALARM_KINDS.find((kind) => kind === why) ?? 'asked' }
}
