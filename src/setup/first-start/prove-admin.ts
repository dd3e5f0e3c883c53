import { type AskTelegram, telegramRefusal } from './ask-telegram.ts'
import type { Refusal } from './codes.ts'

export interface Proof {
  token: string
  code: string
  /** The last update that was seen already; those until there are not looked at again. */
  after: number
}

export interface ProofOptions {
  ask: AskTelegram
  apiRoot: string
  signal: AbortSignal
  /** Told of each wrong code. */
  onWrong(from: ProvenPerson, left: number): Promise<void> | void
  limits?: ProofLimits
}

export interface ProofLimits {
  expiresMs: number
  wrongCodes: number
  /** How long one process waits. */
  listenMs: number
}

/** Ten minutes, and few enough tries that guessing eight digits comes to one in twenty million. */
export const PROOF_LIMITS: ProofLimits = { expiresMs: 600_000, wrongCodes: 5, listenMs: 25_000 }

export interface ProvenPerson {
  id: number
  name: string
  username: string | null
}

export type Proven =
  /** `last`: the update to go on after. It stays for the bot, which learns from it that it may write to its new admin. */
  { ok: true; person: ProvenPerson; last: number } | { ok: false; refusal: Refusal; last: number }

/**
 * Waits until somebody sends the code to the bot from a private chat of their own. Wrong codes are counted over everybody; what else is
 * written is passed by, and stays where it is for the bot.
 */
export async function awaitProof(proof: Proof, options: ProofOptions): Promise<Proven> {
  const { ask, apiRoot, signal, onWrong, limits = PROOF_LIMITS } = options
  const until = performance.now() + limits.expiresMs
  let { after } = proof
  let wrong = 0
  for (;;) {
    const waitMs = Math.min(limits.listenMs, Math.max(0, Math.ceil(until - performance.now())))
    const asked = await ask(proof.token, { kind: 'listen', after, waitMs }, signal)
    if (!asked.ok) return { ok: false, refusal: telegramRefusal({ apiRoot }, asked), last: after }
    if (asked.value.kind !== 'heard') throw new Error(`listening was answered with ${asked.value.kind}`)
    const { messages, last } = asked.value
    after = last
    for (const { userId, name, username, code } of messages) {
      const person = { id: userId, name, username }
      if (code === proof.code) return { ok: true, person, last }
      wrong += 1
      await onWrong(person, limits.wrongCodes - wrong)
      if (wrong >= limits.wrongCodes) {
        const message = `cannot go on with this code: ${wrong} wrong ones were sent to the bot; begin again for a new one, or name the admin by --admin ID`
        return { ok: false, refusal: { code: 'not_proven', message }, last: after }
      }
    }
    if (performance.now() >= until) {
      const minutes = Math.round(limits.expiresMs / 60_000)
      const message = `cannot wait longer: nobody sent the code to the bot within ${minutes} minutes; begin again for a new one, or name the admin by --admin ID`
      return { ok: false, refusal: { code: 'not_proven', message }, last: after }
    }
  }
}

/** Where the first look begins: what waits already was sent before there was a code. */
export async function lookFirst(
  token: string,
  { ask, apiRoot, signal }: Pick<ProofOptions, 'ask' | 'apiRoot' | 'signal'>,
): Promise<{ ok: true; after: number; waiting: boolean } | { ok: false; refusal: Refusal }> {
  const asked = await ask(token, { kind: 'listen', after: 0, waitMs: 0 }, signal)
  if (!asked.ok) return { ok: false, refusal: telegramRefusal({ apiRoot }, asked) }
  if (asked.value.kind !== 'heard') throw new Error(`listening was answered with ${asked.value.kind}`)
  return { ok: true, after: asked.value.last, waiting: asked.value.last > 0 }
}
