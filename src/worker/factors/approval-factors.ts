import type { Approval } from '../../domain/request.ts'
import type { StepUp } from '../../domain/role.ts'
import type { ChallengeSubject } from '../../store/queries/challenges.ts'
import type { Caller } from '../caller.ts'
import { type EngineContext, type Refusal, refusal } from '../context.ts'
import {
  type CheckedCode,
  checkWitnessCode,
  refuseWitnessCode,
  useWitnessCode,
} from '../witness/check-code.ts'
import { hashChallenge } from './challenge.ts'
import { type CheckedTotp, checkTotp, refuseUsed, useTotp } from './check-totp.ts'
import { refuseFrozen } from './frozen.ts'

/** What came with an approval. */
export interface SentFactors {
  challenge?: string | undefined
  totp?: string | undefined
  witness_code?: string | undefined
}

/** The same, looked at: good when it was, and to be used up by the approval. */
export interface Factors {
  via: Approval['via']
  /** As it is stored; null for who needs none. */
  challenge: string | null
  totp: CheckedTotp | null
  /** The witness's code, where the role asks for it. */
  witness: CheckedCode | null
}

type Refused = Refusal & { ok: false }

/**
 * Looks at what a caller sent with an approval of `subject`, whose roles ask for `stepUps`. Not inside a transaction: an attempt at a
 * code counts whatever comes after it. Whatever is missing is refused before a code is looked at.
 */
export async function lookAtFactors(
  context: EngineContext,
  caller: Caller,
  subject: ChallengeSubject,
  stepUps: readonly StepUp[],
  sent: SentFactors,
): Promise<{ ok: true; factors: Factors } | Refused> {
  const via = viaOf(caller)
  if (caller.actor.kind === 'operator')
    return { ok: true, factors: { via, challenge: null, totp: null, witness: null } }
  const inChat = via === 'chat'
  const challenge = inChat ? hashChallenge(sent.challenge ?? '') : null
  if (inChat) {
    const refused = refuseFrozen(context) ?? refuseChallenge(context, caller, subject, challenge ?? '')
    if (refused !== null) return refused
  }
  const asked = stepUps.find((stepUp) => stepUp === 'totp' || stepUp === 'witness')
  // Whoever is logged in as the approver account is no particular person before a code says so.
  if (asked === undefined && inChat)
    return { ok: true, factors: { via, challenge, totp: null, witness: null } }
  const needsWitness = asked === 'witness' && inChat
  if (sent.totp === undefined || (needsWitness && sent.witness_code === undefined)) {
    return stepUpRequired(needsWitness ? 'witness' : 'totp')
  }
  const telegramId = telegramIdOf(caller)
  if (telegramId === null) return refusal('not_permitted', 'cannot approve: only a known person can')
  // The witness's first: a wrong one leaves the other, which is good for half a minute only, for the next try.
  const witness = needsWitness ? checkWitnessCode(context, caller, subject, sent.witness_code ?? '') : null
  if (witness?.ok === false) return witness
  const totp = await checkTotp(context, telegramId, sent.totp)
  return totp.ok ? { ok: true, factors: { via, challenge, totp, witness } } : totp
}

/** What of it is good no more, inside the transaction of the approval; null when all is. */
export function refuseFactors(
  context: EngineContext,
  caller: Caller,
  subject: ChallengeSubject,
  { challenge, totp, witness }: Factors,
): Refused | null {
  if (challenge !== null) {
    const refused = refuseFrozen(context) ?? refuseChallenge(context, caller, subject, challenge)
    if (refused !== null) return refused
  }
  const code = witness === null ? null : refuseWitnessCode(context, caller, subject, witness)
  return code ?? (totp === null ? null : refuseUsed(context, totp))
}

/** Uses it up: call it after `refuseFactors` said null, in the same transaction. */
export function useFactors(
  context: EngineContext,
  caller: Caller,
  subject: ChallengeSubject,
  { challenge, totp, witness }: Factors,
): void {
  if (challenge !== null) context.store.challenges.use(subject, caller.personKey ?? '')
  if (totp !== null) useTotp(context, totp)
  if (witness !== null) useWitnessCode(context, witness)
}

/** That an approval in chat lacks a factor; names the strongest that is asked for. */
export function stepUpRequired(factor: 'totp' | 'witness'): Refused {
  return refusal('step_up_required', `cannot approve this without its second factor (${factor})`, {
    params: { factor },
  })
}

/** Where somebody decides: the bot is never between a terminal and the worker. */
export function viaOf({ actor }: Caller): Approval['via'] {
  return actor.kind === 'operator' || actor.kind === 'approver' ? 'terminal' : 'chat'
}

function telegramIdOf({ actor }: Caller): number | null {
  return actor.kind === 'telegram' || actor.kind === 'approver' ? actor.telegramId : null
}

function refuseChallenge(
  { store }: EngineContext,
  { personKey }: Caller,
  subject: ChallengeSubject,
  hash: string,
): Refused | null {
  if (personKey !== null && store.challenges.isLive(subject, personKey, hash)) return null
  return refusal('challenge_refused', 'cannot approve this: its button was used or replaced, or is not yours')
}
