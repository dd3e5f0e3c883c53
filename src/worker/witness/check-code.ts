import { actorKey } from '../../domain/actor.ts'
import type { ChallengeSubject } from '../../store/queries/challenges.ts'
import type { WitnessCode } from '../../store/queries/witness-codes.ts'
import type { Caller } from '../caller.ts'
import { type EngineContext, type Refusal, refusal } from '../context.ts'
import { reload } from '../operations/load-request.ts'
import { eventSubject } from '../operations/request-subject.ts'
import { isWitnessCode, type WitnessBinding } from './witness-code.ts'

/** How long a code is good, in milliseconds, and how often somebody may try. */
export const WITNESS_CODE_MS = 10 * 60_000
export const WITNESS_CODE_TRIES = 3

/** A code that was the right one, to be used up by the approval that it belongs to. */
export interface CheckedCode {
  ok: true
  id: number
}

/**
 * Whether `typed` is the code that the witness sent this admin for exactly this plan.
 *
 * INVARIANT: the try is counted, and is durable, before the code is looked at; so whoever kills the worker right after gets no try for
 * nothing. Not inside a transaction.
 */
export function checkWitnessCode(
  context: EngineContext,
  caller: Caller,
  subject: ChallengeSubject,
  typed: string,
): CheckedCode | (Refusal & { ok: false }) {
  const { store, events, secrets } = context
  const { actor } = caller
  if (actor.kind !== 'telegram') return refused(subject, 'none')
  const code = events.commit(() => {
    const good = goodCode(context, actor.telegramId, subject)
    if (good === null) return null
    if (good.tries >= WITNESS_CODE_TRIES) {
      store.witnessCodes.end(good.id, 'spent')
      return null
    }
    store.witnessCodes.countTry(good.id)
    return good
  })
  if (code === null) return refused(subject, 'none')
  if (isWitnessCode(secrets.rootKey(), bindingOf(code), typed)) return { ok: true, id: code.id }
  const tries = code.tries + 1
  events.commit(() => {
    if (tries >= WITNESS_CODE_TRIES) store.witnessCodes.end(code.id, 'spent')
    const about = eventSubject(store, reload(context, code.requestId))
    events.append('witness.refused', about, actorKey(actor), { tries })
  })
  const left = WITNESS_CODE_TRIES - tries
  return left > 0 ? refused(subject, 'wrong', { left }) : refused(subject, 'spent')
}

/** Why a code that was checked is good no more, inside the transaction of its approval; null when it is. */
export function refuseWitnessCode(
  context: EngineContext,
  { actor }: Caller,
  subject: ChallengeSubject,
  { id }: CheckedCode,
): (Refusal & { ok: false }) | null {
  const code = actor.kind === 'telegram' ? goodCode(context, actor.telegramId, subject) : null
  return code?.id === id ? null : refused(subject, 'none')
}

/** Uses it up: call it after `refuseWitnessCode` said null, in the same transaction. */
export function useWitnessCode({ store }: EngineContext, { id }: CheckedCode): void {
  store.witnessCodes.end(id, 'used')
}

/** What a code is bound to. */
export function bindingOf({
  requestId,
  revision,
  digest,
  telegramId,
  nonce,
  expiresAt,
}: WitnessCode): WitnessBinding {
  return { requestId, revision, digest, telegramId, nonce, expiresAt }
}

/** The admin's one good code, if it is for this plan. */
function goodCode(
  { store, clock }: EngineContext,
  telegramId: number,
  subject: ChallengeSubject,
): WitnessCode | null {
  const code = store.witnessCodes.goodOf(telegramId)
  const now = clock()
  // One from the future was made by a clock that was set back since.
  if (code === null || now >= code.expiresAt || now < code.madeAt) return null
  return isAbout(code, subject) ? code : null
}

/** Whether a code is about this plan. */
export function isAbout(code: WitnessCode, { kind, id, revision, digest }: ChallengeSubject): boolean {
  return kind === 'request' && code.requestId === id && code.revision === revision && code.digest === digest
}

function refused(
  { id }: ChallengeSubject,
  why: 'none' | 'wrong' | 'spent',
  more: { left?: number } = {},
): Refusal & { ok: false } {
  const message = {
    none: `cannot approve request ${id}: there is no code of the witness for you that is good; tap Approve for a new one`,
    wrong: `cannot approve request ${id}: that is not the code that the witness sent you`,
    spent: `cannot approve request ${id}: that was the third wrong code; tap Approve for a new one`,
  }[why]
  return refusal('factor_refused', message, { params: { factor: 'witness', why, ...more } })
}
