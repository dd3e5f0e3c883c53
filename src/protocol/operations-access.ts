import { z } from 'zod'
import { MAX_TELEGRAM_ID } from '../domain/telegram-id.ts'
import { answersInputSchema } from './answers.ts'
import type { OperationContract } from './operation-contract.ts'
import { requestViewSchema } from './views.ts'
import { accessViewSchema, blockViewSchema, invitationViewSchema } from './views-access.ts'

const id = z.number().int().positive()
const telegramId = z.number().int().min(1).max(MAX_TELEGRAM_ID)
const pageInput = { limit: z.number().int().min(1).max(200).default(50), before: id.optional() }
const oneAccess = z.strictObject({ access: accessViewSchema })
const oneInvitation = z.strictObject({ invitation: invitationViewSchema })
const oneBlock = z.strictObject({ block: blockViewSchema })

/** The longest that an invitation may wait: what is forgotten somewhere should not open doors for ever. */
export const INVITATION_MAX_MS = 30 * 86_400_000

/** Asking for access, invitations, blocks. */
export const ACCESS_OPERATIONS = {
  /**
   * Whether this Telegram user may ask now, and what they asked, if it is open or they may ask again. `mute`: nothing is said to
   * them at all, because they are blocked or strangers are beyond a cap.
   */
  'access.mine': {
    mutates: false,
    input: z.strictObject({}),
    output: z.strictObject({ may_ask: z.boolean(), mute: z.boolean(), access: accessViewSchema.nullable() }),
  },
  /** Somebody whom the roster does not name asks for themself. `too_many`: nothing is said to them. */
  'access.ask': {
    mutates: true,
    input: z.strictObject({
      name: z.string().max(4096),
      github: z.string().max(4096).optional(),
      note: z.string().max(4096).optional(),
      /** As Telegram shows them; cut, never refused. */
      telegram_name: z.string().max(4096).default(''),
      username: z.string().max(64).optional(),
      language: z.string().max(35).optional(),
    }),
    output: oneAccess,
  },
  'access.withdraw': { mutates: true, input: z.strictObject({ id }), output: oneAccess },
  'access.get': { mutates: false, input: z.strictObject({ id }), output: oneAccess },
  /** Newest first: all of them, or one's own. */
  'access.list': {
    mutates: false,
    input: z.strictObject({ open: z.boolean().default(false), ...pageInput }),
    output: z.strictObject({ access: z.array(accessViewSchema), more: z.boolean() }),
  },
  'access.deny': {
    mutates: true,
    input: z.strictObject({ id, reason: z.string().max(1000).optional() }),
    output: oneAccess,
  },
  /**
   * Drafts the request that it becomes, with the admin as its requester. Whom it is about, and that Telegram proved it, cannot be
   * said. As long as that request is a draft the same admin may complete it anew, which cancels the older draft.
   */
  'access.complete': {
    mutates: true,
    input: z.strictObject({ id, answers: answersInputSchema.omit({ telegram_id: true, proof: true }) }),
    output: z.strictObject({ access: accessViewSchema, request: requestViewSchema }),
  },
  /** Sensitive roles only by uid 0. */
  'invite.create': {
    mutates: true,
    input: z.strictObject({
      role: z.string().max(64),
      /** In milliseconds, from now. */
      expires_in: z
        .number()
        .int()
        .min(60_000)
        .max(INVITATION_MAX_MS)
        .default(7 * 86_400_000),
      os_user: z.string().max(200).optional(),
      note: z.string().max(1000).optional(),
    }),
    /**
     * `code` is shown once: 128 bits, to be sent to the bot as `/start CODE`. Asked again under the same key while nobody has
     * opened it, a fresh code replaces the older; later it is null. `link` is null as long as nobody knows what the bot is called.
     */
    output: z.strictObject({
      invitation: invitationViewSchema,
      code: z.string().nullable(),
      link: z.string().nullable(),
    }),
  },
  'invite.list': {
    mutates: false,
    input: z.strictObject({ open: z.boolean().default(false), ...pageInput }),
    output: z.strictObject({ invitations: z.array(invitationViewSchema), more: z.boolean() }),
  },
  'invite.revoke': { mutates: true, input: z.strictObject({ id }), output: oneInvitation },
  /**
   * Binds the invitation to the first Telegram user who opens it; asking for access then uses it up. Every code that is not this
   * person's to open gets the same refusal.
   */
  'invite.redeem': {
    mutates: true,
    input: z.strictObject({ code: z.string().max(64) }),
    output: z.strictObject({ role: z.string(), expires_at: z.number() }),
  },
  /** Their access request, and the request it became if that is undecided, end with it. Not for people on the roster. */
  'block.add': {
    mutates: true,
    input: z.strictObject({ telegram_id: telegramId, reason: z.string().max(1000).optional() }),
    output: oneBlock,
  },
  'block.remove': {
    mutates: true,
    input: z.strictObject({ telegram_id: telegramId }),
    output: oneBlock,
  },
  /** Newest first. */
  'block.list': {
    mutates: false,
    input: z.strictObject({
      limit: z.number().int().min(1).max(200).default(50),
      skip: z.number().int().min(0).max(1_000_000).default(0),
    }),
    output: z.strictObject({ blocks: z.array(blockViewSchema), more: z.boolean() }),
  },
  /** The bot says what it is called, for the links of invitations. */
  'bot.introduce': {
    mutates: true,
    input: z.strictObject({ username: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{2,31}$/) }),
    output: z.strictObject({}),
  },
} as const satisfies Record<string, OperationContract>
