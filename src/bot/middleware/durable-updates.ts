import type { MiddlewareFn } from 'grammy'
import { ADDUSER } from '../../../conversations/adduser.ts'
import type { TextKey } from '../../texts/catalogue.ts'
import type { BotContext } from '../context.ts'
import { describeError, type Logger } from '../log.ts'
import { type ChatState, type Chats, newChat, wasHandled } from '../state/chats.ts'
import type { Guests } from '../state/guests.ts'
import { problemOf } from '../telegram/errors.ts'
import { answerTap } from '../telegram/taps.ts'

export interface DurableUpdatesDeps {
  chats: Chats
  guests: Guests
  log: Logger
  now: () => number
  /** A handler that takes longer is given up, so that a hanging dialogue cannot block its chat for good. */
  watchdogMs: number
}

/**
 * Each update is dealt with as a whole or not at all: what it changes in the chat's state is stored together with its id,
 * after everything else is done. An update that comes again after that is dropped; one that failed for a passing reason
 * leaves the state as it was and rejects, to be tried again; one that fails by a mistake of ours ends the dialogue.
 */
export function durableUpdates(deps: DurableUpdatesDeps): MiddlewareFn<BotContext> {
  const { chats, guests, log, now } = deps
  return async (ctx, next) => {
    const chatId = ctx.chat?.id ?? 0
    const update = { botId: ctx.me.id, id: ctx.update.update_id }
    const wasAsking = guests.has(chatId)
    const stored = (await chats.load(chatId)) ?? (await guests.load(chatId, now()))
    ctx.forgotten = wasAsking && stored === null
    if (wasHandled(stored, update, now())) return answerTap(ctx)
    const state: ChatState = stored ?? newChat()
    ctx.chatState = state
    try {
      await within(deps.watchdogMs, next())
    } catch (error) {
      const problem = problemOf(error)
      if (problem.kind === 'later' || problem.kind === 'conflict' || problem.kind === 'bad_token') throw error
      log.error({ update: update.id, ...describeError(error) }, 'an update failed')
      const lost = lostDialogue(state)
      // A late end of the handler finds another object here, and changes nothing that is stored.
      ctx.chatState = { ...state, dialogue: null }
      if (problem.kind !== 'unreachable') await apologize(ctx, lost)
    }
    const lastUpdate = { ...update, at: now() }
    if (ctx.identity !== undefined) {
      await chats.save(chatId, { ...ctx.chatState, admin: ctx.identity.admin, lastUpdate })
    } else if (ctx.guest !== undefined && ctx.chatState.dialogue !== null) {
      await guests.save(chatId, { ...ctx.chatState, lastUpdate }, now())
      return
    }
    await guests.forget(chatId)
  }
}

/** What to say of the dialogue that an update ended by a mistake of ours; null when there was none. */
function lostDialogue({ dialogue }: ChatState): TextKey | null {
  if (dialogue === null) return null
  return Object.hasOwn(dialogue.state, ADDUSER) ? 'commands.dialogue_lost' : 'commands.card_dialogue_lost'
}

async function apologize(ctx: BotContext, lost: TextKey | null): Promise<void> {
  await answerTap(ctx)
  if (ctx.identity === undefined && ctx.guest === undefined) return
  try {
    const text = ctx.words.say(lost ?? 'commands.something_went_wrong')
    await ctx.reply(text, { reply_markup: { remove_keyboard: true } })
  } catch {
    // Nothing more can be said in this chat; the log has the cause.
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`cannot wait any longer than ${ms} ms for a handler`)), ms)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined)
  }
}
