import { actorKey } from '../../../domain/actor.ts'
import { hasUnsafeCharacters } from '../../../domain/unsafe-text.ts'
import { type Operation, refusal } from '../../context.ts'
import { refuseAccess } from '../ownership.ts'

/** uid 0: nobody can be asserted with this Telegram id any more, and what it approved no longer counts. */
export const telegramRevoke: Operation<'telegram.revoke'> = async (context, caller, input) => {
  const refused = refuseAccess('telegram.revoke', caller, 'none', 'this')
  if (refused !== null) return refused
  const { telegram_id: telegramId, reason = null } = input
  if (reason !== null && hasUnsafeCharacters(reason)) {
    const violations = [{ field: 'reason', code: 'text_has_control_characters' as const }]
    return refusal('invalid', 'cannot use this reason', { violations })
  }
  return {
    effect() {
      const { store, events, clock } = context
      if (store.factors.revoke({ telegramId, at: clock(), reason })) {
        const about = { requestId: null, runId: null, telegramId }
        events.append('telegram.revoked', about, actorKey(caller.actor), reason === null ? {} : { reason })
      }
      const revoked = store.factors.revoked().find((one) => one.telegramId === telegramId)
      if (revoked === undefined) throw new Error(`Telegram id ${telegramId} was not revoked`)
      return {
        ok: true,
        output: { revoked: { telegram_id: telegramId, at: revoked.at, reason: revoked.reason } },
      }
    },
  }
}

/** uid 0: it can be asserted again. */
export const telegramRestore: Operation<'telegram.restore'> = async (context, caller, input) => {
  const refused = refuseAccess('telegram.restore', caller, 'none', 'this')
  if (refused !== null) return refused
  return {
    effect() {
      const { store, events } = context
      const telegramId = input.telegram_id
      const ended = store.factors.restore(telegramId)
      const about = { requestId: null, runId: null, telegramId }
      if (ended) events.append('telegram.restored', about, actorKey(caller.actor))
      return { ok: true, output: { ended } }
    },
  }
}

/** Every Telegram id that is revoked. */
export const telegramList: Operation<'telegram.list'> = async ({ store }, caller) => {
  const refused = refuseAccess('telegram.list', caller, 'none', 'this')
  if (refused !== null) return refused
  return {
    effect: () => ({
      ok: true,
      output: {
        revoked: store.factors
          .revoked()
          .map(({ telegramId, at, reason }) => ({ telegram_id: telegramId, at, reason })),
      },
    }),
  }
}
