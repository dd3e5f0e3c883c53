import { z } from 'zod'

/** That approvals in chat are frozen: since when, by whose `actorKey`, and why. */
export const freezeViewSchema = z.strictObject({
  at: z.number(),
  by: z.string(),
  /** `asked`, or what the bot noticed. */
  why: z.enum(['asked', 'conflict', 'foreign_webhook', 'foreign_edit']),
})
export type FreezeView = z.infer<typeof freezeViewSchema>

/** What the bot can notice of a stolen token: another poller, a webhook that is not ours, a card that somebody else edited. */
export const ALARM_KINDS = ['conflict', 'foreign_webhook', 'foreign_edit'] as const

/** The second factor of one Telegram id. Never the secret. */
export const factorViewSchema = z.strictObject({
  telegram_id: z.number(),
  /** Of the roster; null when it does not name the id. */
  name: z.string().nullable(),
  /** `disabled`: too many wrong codes in a row; uid 0 resets it. */
  state: z.enum(['active', 'disabled']),
  enrolled_at: z.number(),
  /** Wrong codes since the last right one. */
  failures: z.number(),
})
export type FactorView = z.infer<typeof factorViewSchema>

/** A Telegram id that has no privilege and cannot be spoken for until it is restored. */
export const revokedViewSchema = z.strictObject({
  telegram_id: z.number(),
  at: z.number(),
  reason: z.string().nullable(),
})
