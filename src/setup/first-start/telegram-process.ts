import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { ask, CallFailed, notTelegram } from './bot-api-call.ts'
import { codeOf } from './code.ts'
import type {
  BotIdentity,
  HeardMessage,
  TelegramAnswer,
  TelegramCall,
  TelegramOrder,
  TelegramValue,
} from './telegram-calls.ts'

/** How many messages are told of at once, and how much of a name: less than what a program's output may be. */
const MESSAGES_AT_ONCE = 20
const NAME_LIMIT = 64
/** Telegram gives out so many at a time, and none behind them. */
const QUEUE_LIMIT = 100
/** How often a queue is looked at in which something else waits already. */
const LOOK_AGAIN_MS = 1000

/**
 * The part of `usher setup` that has a network: reads one order from stdin, asks Telegram, prints one answer. Never as root. No message
 * of it, and nothing that it throws, holds the token.
 *
 * @returns 0 with an answer, a problem included; 2 when it was not asked rightly
 */
export async function main(): Promise<number> {
  if (process.getuid?.() === 0) {
    process.stderr.write(
      'cannot talk to Telegram as root: usher setup starts this by itself, as another account\n',
    )
    return 2
  }
  const order = await readOrder(process.stdin)
  if (order === null) {
    process.stderr.write('cannot understand the order: usher setup starts this by itself\n')
    return 2
  }
  process.stdout.write(JSON.stringify(await answer(order)))
  return 0
}

async function readOrder(stdin: AsyncIterable<Buffer | string>): Promise<TelegramOrder | null> {
  let text = ''
  for await (const chunk of stdin) {
    text += String(chunk)
    if (text.length > 65_536) return null
  }
  try {
    return JSON.parse(text) as TelegramOrder
  } catch {
    return null
  }
}

/** What the order comes to. Time-outs and all that can go wrong with a network are answers. */
export async function answer(order: TelegramOrder): Promise<TelegramAnswer> {
  const deadline = performance.now() + order.patienceMs
  try {
    return await perform(order, order.call, deadline)
  } catch (error) {
    if (error instanceof CallFailed) return { ok: false, problem: error.problem }
    // Whatever it is, its text may quote the address, and that holds the token.
    return { ok: false, problem: { kind: 'failed', detail: 'an unexpected error' } }
  }
}

async function perform(order: TelegramOrder, call: TelegramCall, deadline: number): Promise<TelegramAnswer> {
  const ok = (value: TelegramValue): TelegramAnswer => ({ ok: true, value })
  switch (call.kind) {
    case 'identify':
      return ok({ kind: 'bot', bot: await identify(order, deadline) })
    case 'reach': {
      const bot = await identify(order, deadline)
      const unreachable: number[] = []
      for (const chatId of call.chatIds)
        if (!(await hasChat(order, chatId, deadline))) unreachable.push(chatId)
      return ok({ kind: 'reached', bot, unreachable })
    }
    case 'listen':
      return ok(await listen(order, call, deadline))
    case 'tell':
      await ask(order, 'sendMessage', { chat_id: call.chatId, text: call.text }, deadline)
      return ok({ kind: 'done' })
  }
}

async function identify(order: TelegramOrder, deadline: number): Promise<BotIdentity> {
  const me = userSchema.safeParse(await ask(order, 'getMe', {}, deadline))
  if (!me.success || me.data.username === undefined || !me.data.is_bot)
    throw notTelegram('no bot in its answer')
  const { id, username, first_name: name } = me.data
  return { id, username, name }
}

/** Whether somebody started the bot: before that it knows no chat of theirs (Bot API, getChat). */
async function hasChat(order: TelegramOrder, chatId: number, deadline: number): Promise<boolean> {
  try {
    await ask(order, 'getChat', { chat_id: chatId }, deadline)
    return true
  } catch (error) {
    if (error instanceof CallFailed && error.problem.kind === 'failed') return false
    throw error
  }
}

/**
 * Looks at the queue without taking anything out of it: what people wrote to the bot before is the bot's. Only a queue so full that
 * nothing new is ever seen is let go of.
 */
async function listen(
  order: TelegramOrder,
  { after, waitMs }: Extract<TelegramCall, { kind: 'listen' }>,
  deadline: number,
): Promise<TelegramValue> {
  const until = Math.min(deadline, performance.now() + waitMs)
  let offset = 0
  for (;;) {
    const left = Math.max(0, until - performance.now())
    const timeout = Math.floor(left / 1000)
    const limit = QUEUE_LIMIT
    const found = updatesSchema.safeParse(
      await ask(order, 'getUpdates', { limit, timeout, ...(offset > 0 ? { offset } : {}) }, deadline),
    )
    if (!found.success) throw notTelegram('no list of updates in its answer')
    const updates = found.data
    let last = after
    const messages: HeardMessage[] = []
    for (const { update_id: id, message } of updates.filter((update) => update.update_id > after)) {
      if (messages.length >= MESSAGES_AT_ONCE) break
      last = Math.max(last, id)
      messages.push(...codeIn(message))
    }
    if (last > after || performance.now() >= until) {
      return { kind: 'heard', messages, last }
    }
    if (updates.length >= QUEUE_LIMIT) offset = last + 1
    else if (updates.length > 0) await sleep(Math.min(LOOK_AGAIN_MS, left))
  }
}

/** A code that a person sent from a chat of their own with the bot; whatever else it is gives none. */
function codeIn(message: unknown): HeardMessage[] {
  const own = personalMessage(message)
  const code = own === null ? null : codeOf(own.text ?? '')
  if (own === null || code === null) return []
  const { id: userId, first_name: first, last_name: last, username = null } = own.from
  const name = (last === undefined ? first : `${first} ${last}`).slice(0, NAME_LIMIT)
  return [{ userId, name, username: username?.slice(0, NAME_LIMIT) ?? null, code }]
}

function personalMessage(message: unknown): z.infer<typeof messageSchema> | null {
  const parsed = messageSchema.safeParse(message)
  if (!parsed.success) return null
  const { from, chat, forward_origin, sender_chat, via_bot } = parsed.data
  const isSomebodyElses = [forward_origin, sender_chat, via_bot].some((value) => value !== undefined)
  const isPersonal = !from.is_bot && chat.type === 'private' && chat.id === from.id
  return isPersonal && !isSomebodyElses ? parsed.data : null
}

const userSchema = z.object({
  id: z.int().positive(),
  is_bot: z.boolean(),
  first_name: z.string(),
  last_name: z.string().optional(),
  username: z.string().optional(),
})
const messageSchema = z.object({
  from: userSchema,
  chat: z.object({ id: z.int(), type: z.string() }),
  text: z.string().optional(),
  forward_origin: z.unknown().optional(),
  sender_chat: z.unknown().optional(),
  via_bot: z.unknown().optional(),
})
const updatesSchema = z.array(z.object({ update_id: z.int(), message: z.unknown().optional() }))
