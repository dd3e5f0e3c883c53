import { actorKey } from '../../domain/actor.ts'
import { type Json, toWellFormedJson } from '../../domain/json.ts'
import { digestOf } from '../../domain/plan.ts'
import {
  OPERATIONS,
  type OperationArguments,
  type OperationName,
  type OperationOutput,
} from '../../protocol/operations.ts'
import type { Caller } from '../caller.ts'
import { type EngineContext, refusal } from '../context.ts'
import type { Engine, OperationResult } from '../engine.ts'
import { decide } from '../gate/access.ts'
import { inviteAgain } from './access/invitations.ts'
import { lapse } from './lapse.ts'
import { IMPLEMENTATIONS } from './operations.ts'
import { issueClaim } from './request-submit.ts'

/**
 * Performs operations: access, idempotency, effect.
 *
 * INVARIANTS
 * - What an operation writes, its events and the answer under its key are one transaction.
 * - Only effects are remembered: a refusal changed nothing and is decided anew.
 * - Looking at the host happens before the transaction; the effect repeats what may have changed since.
 * - A database that takes no more is a refusal like any other: nothing of the operation happened.
 *
 * @param afterEffect is called after every committed effect, and when a run was queued because its time has come
 */
export function createExecute(context: EngineContext, afterEffect: () => void): Engine['execute'] {
  const { store, config, log } = context

  const perform = async <N extends OperationName>(
    caller: Caller,
    operation: N,
    args: OperationArguments<N>,
    idempotencyKey: string | null,
  ): Promise<OperationResult<N>> => {
    if (!OPERATIONS[operation].mutates) {
      const prepared = await IMPLEMENTATIONS[operation](context, caller, args)
      return 'error' in prepared ? { ok: false, error: prepared.error } : prepared.effect()
    }
    if (idempotencyKey === null) {
      return refusal('bad_request', `cannot do ${operation} without an idempotency key`)
    }
    const { events, clock } = context
    const scope = { actorKey: actorKey(caller.actor), operation, key: idempotencyKey }
    const inputHash = digestOf('input', toWellFormedJson(JSON.parse(JSON.stringify(args)) as Json))
    const firstAnswer = (): OperationResult<N> | null => {
      const found = store.idempotency.find(scope)
      // Whoever may no longer do this at all gets today's refusal.
      if (found === null || decide(operation, caller, 'none') !== 'allow') return null
      if (found.inputHash !== inputHash) {
        return refusal(
          'key_reused',
          `cannot do ${operation}: its idempotency key was used for something else`,
        )
      }
      return { ok: true, output: again(context, operation, JSON.parse(found.output)) as OperationOutput<N> }
    }
    const early = events.commit(firstAnswer)
    if (early !== null) return early
    const prepared = await IMPLEMENTATIONS[operation](context, caller, args)
    if ('error' in prepared) {
      // A call with the same key may have taken effect meanwhile, and have used up what this one came with.
      return events.commit(firstAnswer) ?? { ok: false, error: prepared.error }
    }
    try {
      return events.commit(() => {
        const first = firstAnswer()
        if (first !== null) return first
        const answer = prepared.effect()
        if (answer.ok) {
          const output = JSON.stringify(withoutSecrets(answer.output))
          store.idempotency.put(scope, { inputHash, output }, clock())
        }
        return answer
      })
    } finally {
      // Also when the commit failed: it may have taken effect although it reported an error.
      afterEffect()
    }
  }

  return async (caller, operation, args, idempotencyKey) => {
    try {
      if (lapse(context)) afterEffect()
    } catch (error) {
      // Reads still answer; whatever decides does not while what has lapsed cannot be closed.
      if (store.diskProblemOf(error) === null || OPERATIONS[operation].mutates) return refuseUnwritable(error)
      log.warn({ err: error }, 'cannot end what has lapsed')
    }
    try {
      return await perform(caller, operation, args, idempotencyKey)
    } catch (error) {
      return refuseUnwritable(error)
    }
  }

  function refuseUnwritable(error: unknown) {
    const code = store.diskProblemOf(error)
    if (code === null) throw error
    log.error({ err: error }, 'cannot write the database')
    const violations = [{ field: 'host', code, params: { path: config.paths.state } }]
    return refusal('invalid', 'cannot do this: the worker cannot write it down; nothing was changed', {
      violations,
    })
  }
}

/** Codes are stored as hashes only. */
function withoutSecrets(output: object): object {
  if ('claim_code' in output) return { ...output, claim_code: null }
  return 'code' in output ? { ...output, code: null, link: null } : output
}

/** The first answer as it is given again: a code cannot be, so a fresh one replaces it while it is still good for something. */
function again(context: EngineContext, operation: OperationName, output: unknown): unknown {
  if (operation === 'invite.create') return inviteAgain(context, output as OperationOutput<'invite.create'>)
  if (operation !== 'request.submit') return output
  const { request } = output as OperationOutput<'request.submit'>
  const stored = context.store.requests.get(request.id)
  return { request, claim_code: stored === null ? null : issueClaim(context, stored) }
}
