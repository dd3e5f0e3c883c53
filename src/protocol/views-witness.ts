import { z } from 'zod'
import { requestViewSchema, roleViewSchema } from './views.ts'

/** Why a code is good no more: `closed` where the request was decided or came back, so that it is about nothing any more. */
const WITNESS_CODE_ENDS = ['used', 'replaced', 'spent', 'expired', 'closed'] as const

/** Something for the witness to do, and then to report. */
export const witnessItemSchema = z.discriminatedUnion('kind', [
  /** Send this code to an admin, with what it would bring about. */
  z.strictObject({
    kind: z.literal('send'),
    id: z.number(),
    /** The admin. */
    telegram_id: z.number(),
    /** Eight digits. */
    code: z.string().regex(/^[0-9]{8}$/),
    expires_at: z.number(),
    request: requestViewSchema,
    /** What the person would be given. */
    role: roleViewSchema,
  }),
  /** Take a code out of the message that shows it. */
  z.strictObject({
    kind: z.literal('clear'),
    id: z.number(),
    telegram_id: z.number(),
    message_id: z.number(),
    request_id: z.number(),
    why: z.enum(WITNESS_CODE_ENDS),
  }),
])
export type WitnessItem = z.infer<typeof witnessItemSchema>
