import { z } from 'zod'
import type { OperationContract } from './operation-contract.ts'
import { requestViewSchema } from './views.ts'
import { witnessItemSchema } from './views-witness.ts'

const id = z.number().int().positive()
/** What is left of a message's number in Telegram. */
const messageId = z
  .number()
  .int()
  .min(1)
  .max(2 ** 52)

/** Codes that a second bot sends, so that an admin sees what is approved although the first one may lie. */
export const WITNESS_OPERATIONS = {
  /**
   * Begins the approval of exactly this plan by who asks: the witness sends them a code, which `request.approve` then takes together
   * with a TOTP. It is good for 10 minutes, once, and in place of an older one of the same admin.
   * What cannot be sent is the event `witness.unreachable`.
   */
  'witness.ask': {
    mutates: true,
    input: z.strictObject({ id, digest: z.string().min(22).max(43) }),
    output: z.strictObject({ request: requestViewSchema, expires_at: z.number() }),
  },
  /** What the witness has to do. Waits for something at most as long as it is asked to, and answers with nothing then. */
  'witness.pending': {
    mutates: false,
    input: z.strictObject({ wait_ms: z.number().int().min(0).max(20_000).default(0) }),
    output: z.strictObject({ items: z.array(witnessItemSchema) }),
  },
  /** What became of a code that was to be sent. Of one that could not be, its admin is told through the other bot how to mend that. */
  'witness.sent': {
    mutates: true,
    input: z.strictObject({
      id,
      outcome: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('sent'), message_id: messageId }),
        /** They never started this bot, or blocked it. `bot`: its user name. */
        z.strictObject({ kind: z.literal('unreachable'), bot: z.string().regex(/^[A-Za-z0-9_]{1,64}$/) }),
      ]),
    }),
    output: z.strictObject({}),
  },
  /** No message shows this code any more. */
  'witness.cleared': { mutates: true, input: z.strictObject({ id }), output: z.strictObject({}) },
} as const satisfies Record<string, OperationContract>
