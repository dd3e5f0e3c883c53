import type { TotpFactor } from '../../store/queries/factors.ts'
import { type EngineContext, type Refusal, refusal } from '../context.ts'
import { matchingStep, stepAt } from './totp.ts'

/** How many wrong codes in a row end a factor until uid 0 resets it. */
export const TOTP_TRIES = 20

/** A code that was right, to be used up by what it is for. */
export interface CheckedTotp {
  ok: true
  telegramId: number
  step: number
}

/**
 * Whether `typed` is a code of this person's second factor that was not used yet.
 *
 * INVARIANTS
 * - The attempt is counted, and is durable, before the code is looked at; whoever kills the worker in between gets no try for nothing.
 * - Not inside a transaction. The code is used up by `useTotp` inside the one of what it is for.
 */
export async function checkTotp(
  context: EngineContext,
  telegramId: number,
  typed: string,
): Promise<CheckedTotp | (Refusal & { ok: false })> {
  const { store, events, clock, secrets, log } = context
  const found = await secrets.factorOf(telegramId)
  if ('problem' in found) {
    log.error({ why: found.problem }, 'cannot look at a second factor')
    return refused('unreadable')
  }
  const { secret } = found
  const counted = events.commit(() => countAttempt(context, telegramId, secret !== null))
  if ('ok' in counted) return counted
  // Null was refused with the count.
  const step = secret === null ? null : matchingStep(secret, typed, clock(), counted.acceptedStep)
  if (step !== null) return { ok: true, telegramId, step }
  const left = Math.max(0, TOTP_TRIES - counted.failures)
  if (left === 0) {
    events.commit(() => {
      const factor = store.factors.get(telegramId)
      if (factor !== null && factor.failures >= TOTP_TRIES) disable(context, factor)
    })
    return refused('disabled')
  }
  return refused('wrong', { left })
}

/** Uses up a code that was checked; call it inside the transaction of what it is for. Null when it was used meanwhile. */
export function useTotp({ store }: EngineContext, { telegramId, step }: CheckedTotp): void {
  const factor = store.factors.get(telegramId)
  if (factor === null) throw new Error(`Telegram user ${telegramId} has no second factor any more`)
  store.factors.put({ ...factor, acceptedStep: step, failures: 0 })
}

/** Why a code that was checked is good no more: another call has used it, or the factor ended. Null when it is. */
export function refuseUsed(
  { store }: EngineContext,
  { telegramId, step }: CheckedTotp,
): (Refusal & { ok: false }) | null {
  const factor = store.factors.get(telegramId)
  if (factor === null) return refused('none')
  if (factor.state === 'disabled') return refused('disabled')
  return factor.acceptedStep >= step ? refused('used') : null
}

/** Counts the attempt that is about to be made; a refusal where none may be. */
function countAttempt(
  context: EngineContext,
  telegramId: number,
  hasSecret: boolean,
): TotpFactor | (Refusal & { ok: false }) {
  const { store, clock } = context
  const factor = store.factors.get(telegramId)
  if (factor === null || !hasSecret) return refused('none')
  if (factor.state === 'disabled') return refused('disabled')
  if (factor.failures >= TOTP_TRIES) {
    // The worker was killed between the last attempt and its end.
    disable(context, factor)
    return refused('disabled')
  }
  const step = stepAt(clock())
  // Codes of the past would be good again. The window is what clocks differ by anyway.
  if (step < factor.seenStep - 1) {
    return refusal('clock_behind', 'cannot look at a code: the clock of the host was set back')
  }
  const counted = { ...factor, failures: factor.failures + 1, seenStep: Math.max(step, factor.seenStep) }
  store.factors.put(counted)
  return counted
}

function disable({ store, events }: EngineContext, factor: TotpFactor): void {
  if (factor.state === 'disabled') return
  store.factors.put({ ...factor, state: 'disabled' })
  const about = { requestId: null, runId: null, telegramId: factor.telegramId }
  events.append('factor.disabled', about, 'worker', { failures: factor.failures })
}

type Why = 'none' | 'wrong' | 'used' | 'disabled' | 'unreadable'

function refused(why: Why, more: { left?: number } = {}): Refusal & { ok: false } {
  const message: Record<Why, string> = {
    none: "cannot check this code: you have no second factor; 'sudo usher totp enroll' gives you one",
    wrong: 'cannot accept this code: it is wrong or too old',
    used: 'cannot accept this code: it was used already; wait for the next one',
    disabled: "cannot check this code: too many were wrong; 'sudo usher totp reset' ends that",
    unreadable: 'cannot check this code: the worker cannot use its secrets',
  }
  return refusal('factor_refused', message[why], { params: { factor: 'totp', why, ...more } })
}
