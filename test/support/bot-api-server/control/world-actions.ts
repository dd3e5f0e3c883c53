import { z } from 'zod'
import { action } from './action.ts'
import { chatById, personById } from './people.ts'
import { viewChat } from './views.ts'

const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('too-many-requests'), retry_after: z.int().min(0) }),
  z.strictObject({
    kind: z.literal('answer'),
    error_code: z.int().min(300).max(599),
    description: z.string(),
  }),
  z.strictObject({ kind: z.literal('drop'), when: z.enum(['before', 'after']) }),
  z.strictObject({ kind: z.literal('delay'), ms: z.int().min(0).max(60_000) }),
])

const MAX_WAIT_MS = 60_000

/** Making people, looking at chats and calls, waiting, and breaking things. */
export const worldActions = {
  /** A Telegram account; it does not know the bot yet. Without an id it gets a free one. */
  createUser: action(
    z.strictObject({
      id: z.int().positive().optional(),
      first_name: z.string().min(1),
      last_name: z.string().optional(),
      username: z.string().optional(),
      language_code: z.string().optional(),
      is_bot: z.boolean().optional(),
      phone_number: z.string().optional(),
    }),
    (account, user) => account.users.create(user),
  ),

  /** Somebody sets another language in their Telegram. */
  setLanguage: action(z.strictObject({ user: z.int(), language_code: z.string() }), (account, wish) => {
    personById(account, wish.user).language_code = wish.language_code
    return {}
  }),

  users: action(z.strictObject({}), (account) => account.users.list()),

  bot: action(z.strictObject({}), (account) => account.me),

  /** A chat as the people in it see it; a person's id names their private chat. */
  chat: action(z.strictObject({ chat: z.int() }), (account, { chat }) =>
    viewChat(account, chatById(account, chat)),
  ),

  /** Resolves when something changed after `since` (a `version`), at the latest after `timeout_ms`. */
  waitForChange: action(
    z.strictObject({ since: z.int(), timeout_ms: z.number().min(0) }),
    async (account, { since, timeout_ms }) => ({
      version: await account.clock.wait(since, Math.min(timeout_ms, MAX_WAIT_MS)),
    }),
  ),

  /** The calls of Bot API methods, oldest first; polls only when `getUpdates` is named. */
  calls: action(
    z.strictObject({ method: z.string().optional(), after: z.int().optional() }),
    (account, filter) => account.calls.list(filter),
  ),

  /** The command menu that a person sees. */
  commandMenu: action(z.strictObject({ user: z.int() }), (account, { user }) =>
    account.commands.seenInPrivate(user, personById(account, user).language_code ?? ''),
  ),

  /** How many updates wait for acknowledgement, and of which kinds. */
  pendingUpdates: action(z.strictObject({}), (account) => account.queue.pending().map((update) => update)),

  /** Whether the bot waits in a long poll right now. */
  isPolling: action(z.strictObject({}), (account) => account.longPoll.isWaiting()),

  /** Whether the bot gets what people do: it waits in a long poll, or has set a webhook. */
  isReceiving: action(
    z.strictObject({}),
    (account) => account.longPoll.isWaiting() || account.webhook.active(),
  ),

  /** Holds the bot to Telegram's limits on messages from now on; without `limits`, to none. */
  limitSending: action(
    z.strictObject({
      limits: z.strictObject({ perSecond: z.int().positive(), chatBurst: z.int().positive() }).optional(),
    }),
    (account, { limits }) => {
      account.limits.set(limits ?? null)
      return {}
    },
  ),

  /** How many messages were refused since the limits were set. */
  refusedSending: action(z.strictObject({}), (account) => account.limits.refused()),

  /** Makes the next `times` calls of a method go wrong. */
  inject: action(
    z.strictObject({ method: z.string(), times: z.int().positive().optional(), fault }),
    (account, { method, times = 1, fault }) => {
      account.faults.add({ method, times, fault })
      return {}
    },
  ),

  clearFaults: action(z.strictObject({}), (account) => {
    account.faults.clear()
    return {}
  }),
}
