import { z } from 'zod'
import { ACCESS_STATES } from '../domain/access-request.ts'
import { INVITATION_STATES } from '../domain/invitation.ts'
import { actorViewSchema } from './views.ts'

/** Somebody unknown who asked to be let in. All text but role, OS user and reason is theirs: escape it for where it goes. */
export const accessViewSchema = z.strictObject({
  id: z.number(),
  telegram_id: z.number(),
  name: z.string(),
  telegram_name: z.string(),
  username: z.string().nullable(),
  github: z.string().nullable(),
  note: z.string().nullable(),
  /** IETF tag of their Telegram client. */
  language: z.string().nullable(),
  /** Filled in by an invitation. */
  role: z.string().nullable(),
  os_user: z.string().nullable(),
  /** The invitation that it came by and who invited; its asker is not told. */
  invitation: z.strictObject({ id: z.number(), by: actorViewSchema }).nullable(),
  state: z.enum(ACCESS_STATES),
  asked_at: z.number(),
  expires_at: z.number(),
  decided_at: z.number().nullable(),
  /** Who completed or ended it. */
  decided_by: actorViewSchema.nullable(),
  reason: z.string().nullable(),
  /** The request that it became. */
  request_id: z.number().nullable(),
})
export type AccessView = z.infer<typeof accessViewSchema>

/** An invitation, without its code. */
export const invitationViewSchema = z.strictObject({
  id: z.number(),
  role: z.string(),
  os_user: z.string().nullable(),
  note: z.string().nullable(),
  state: z.enum(INVITATION_STATES),
  created_by: actorViewSchema,
  created_at: z.number(),
  expires_at: z.number(),
  /** Who opened it: the only one who can. */
  opened_by: actorViewSchema.nullable(),
  opened_at: z.number().nullable(),
  ended_at: z.number().nullable(),
  access_id: z.number().nullable(),
})
export type InvitationView = z.infer<typeof invitationViewSchema>

/** Somebody who may not ask for access. */
export const blockViewSchema = z.strictObject({
  telegram_id: z.number(),
  by: actorViewSchema,
  at: z.number(),
  reason: z.string().nullable(),
})
export type BlockView = z.infer<typeof blockViewSchema>
