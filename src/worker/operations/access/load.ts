import type { AccessRequest } from '../../../domain/access-request.ts'
import type { OperationName } from '../../../protocol/operations.ts'
import type { Caller } from '../../caller.ts'
import { type EngineContext, type Refusal, refusal } from '../../context.ts'
import { decide } from '../../gate/access.ts'
import { ownTelegramId, refuseAccess } from '../ownership.ts'

type Loaded = { ok: true; access: AccessRequest } | (Refusal & { ok: false })

/** The access request that an operation is about, if the caller may do that to it. */
export function loadAccess(
  { store }: EngineContext,
  operation: Extract<OperationName, `access.${string}`>,
  caller: Caller,
  id: number,
): Loaded {
  const access = store.access.get(id)
  const ownership =
    access === null ? 'absent' : access.telegramId === ownTelegramId(caller) ? 'own' : 'foreign'
  const refused = refuseAccess(operation, caller, ownership, `access request ${id}`)
  if (refused !== null) return { ok: false, ...refused }
  if (access === null) return refusal('not_found', `cannot find access request ${id}`)
  return { ok: true, access }
}

/** It again, inside the transaction. */
export function reloadAccess({ store }: EngineContext, id: number): AccessRequest {
  const access = store.access.get(id)
  if (access === null) throw new Error(`access request ${id} disappeared`)
  return access
}

/** Whether this caller sees those of others. */
export function seesAll(caller: Caller): boolean {
  return decide('access.get', caller, 'foreign') === 'allow'
}

/** That somebody else was first, or that it is over. */
export function alreadyDecided({ id, state, decidedBy, decidedAt, requestId }: AccessRequest) {
  return refusal('already_decided', `cannot decide access request ${id} again: it is ${state}`, {
    params: {
      state,
      by: decidedBy ?? 'worker',
      at: decidedAt ?? 0,
      ...(requestId === null ? {} : { request: requestId }),
    },
  })
}
