import { z } from 'zod'
import type { OperationContract } from './operation-contract.ts'
import { ALARM_KINDS, factorViewSchema, freezeViewSchema, revokedViewSchema } from './views-factors.ts'

const id = z.number().int().positive()
const digest = z.string().min(22).max(43)
const telegramId = z
  .number()
  .int()
  .min(1)
  .max(2 ** 52 - 1)
/** OS user, or Telegram id in decimal. */
const person = z.string().min(1).max(200)
const reason = z.string().min(1).max(1000).optional()

/**
 * What an approval in chat carries besides the digest; the operator needs none of it. `challenge`: always. `totp`: where the role asks
 * for a second factor. `witness_code`: where it asks for the witness, besides `totp`.
 */
export const approvalFactors = {
  challenge: z.string().max(64).optional(),
  totp: z.string().max(16).optional(),
  witness_code: z.string().max(16).optional(),
}

/** What is asked besides a tap, and what ends it: challenges, second factors, freezing, revoking. */
export const FACTORS_OPERATIONS = {
  /**
   * A one-use challenge for approving exactly this plan on behalf of who asks: 128 bits in base64url. It replaces an older one of the
   * same person for the same request, and dies with the request's revision. Each call gives a fresh one, so it takes no key; nothing
   * else changes.
   */
  'request.challenge': {
    mutates: false,
    input: z.strictObject({ id, digest }),
    output: z.strictObject({ challenge: z.string() }),
  },
  /** The same for all open repairs of a reconciliation. */
  'reconcile.challenge': {
    mutates: false,
    input: z.strictObject({ id, digest }),
    output: z.strictObject({ challenge: z.string() }),
  },
  /** No approval in chat counts any more, also none that was given and has not begun to run. */
  'chat.freeze': {
    mutates: true,
    input: z.strictObject({}),
    output: z.strictObject({ frozen: freezeViewSchema }),
  },
  'chat.unfreeze': {
    mutates: true,
    input: z.strictObject({}),
    /** Whether there was something to end. */
    output: z.strictObject({ ended: z.boolean() }),
  },
  /** The bot noticed what looks like a stolen token: freezes, and every admin is told. */
  'chat.alarm': {
    mutates: true,
    input: z.strictObject({ kind: z.enum(ALARM_KINDS) }),
    output: z.strictObject({ frozen: freezeViewSchema }),
  },
  /**
   * A secret for somebody's second factor; it counts once `totp.prove` has seen a code of it. Each call makes a new one, so it takes no
   * key, and no answer with a secret is kept.
   */
  'totp.enroll': {
    mutates: false,
    input: z.strictObject({ person }),
    output: z.strictObject({
      telegram_id: z.number(),
      name: z.string().nullable(),
      /** Base 32, for typing. */
      secret: z.string(),
      /** `otpauth://totp/…`, for a QR code. */
      uri: z.string(),
    }),
  },
  'totp.prove': {
    mutates: true,
    input: z.strictObject({ telegram_id: telegramId, code: z.string().max(16) }),
    output: z.strictObject({ factor: factorViewSchema }),
  },
  /** After too many wrong codes, or after a clock that was wrong. */
  'totp.reset': {
    mutates: true,
    input: z.strictObject({ person }),
    output: z.strictObject({ factor: factorViewSchema }),
  },
  'totp.remove': {
    mutates: true,
    input: z.strictObject({ person }),
    /** Whether there was one. */
    output: z.strictObject({ ended: z.boolean() }),
  },
  'totp.list': {
    mutates: false,
    input: z.strictObject({}),
    output: z.strictObject({ factors: z.array(factorViewSchema) }),
  },
  'telegram.revoke': {
    mutates: true,
    input: z.strictObject({ telegram_id: telegramId, reason }),
    output: z.strictObject({ revoked: revokedViewSchema }),
  },
  'telegram.restore': {
    mutates: true,
    input: z.strictObject({ telegram_id: telegramId }),
    /** Whether it was revoked. */
    output: z.strictObject({ ended: z.boolean() }),
  },
  'telegram.list': {
    mutates: false,
    input: z.strictObject({}),
    output: z.strictObject({ revoked: z.array(revokedViewSchema) }),
  },
} as const satisfies Record<string, OperationContract>
