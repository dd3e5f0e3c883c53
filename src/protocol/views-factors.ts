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

/** A Telegram id that has no privilege and cannot be spoken for until it is restored. */
export const revokedViewSchema = z.strictObject({
  telegram_id: z.number(),
  at: z.number(),
  reason: z.string().nullable(),
})
