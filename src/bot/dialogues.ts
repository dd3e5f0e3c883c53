import {
  type ConversationData,
  conversations,
  createConversation,
  type VersionedState,
} from '@grammyjs/conversations'
import type { Context, MiddlewareFn } from 'grammy'
import { ADDUSER, createAdduser } from '../../conversations/adduser.ts'
import { ASK_ACCESS, type AskPort, askButton, createAskAccess } from '../../conversations/ask-access.ts'
import {
  COMPLETE_ACCESS,
  type CompletePort,
  createCompleteAccess,
} from '../../conversations/complete-access.ts'
import { createDeny, DENY, DENY_ACCESS, type DenyPort } from '../../conversations/deny.ts'
import { createEditAnswer, EDIT_ANSWER } from '../../conversations/edit-answer.ts'
import { createEdituser, EDITUSER, type EditPorts } from '../../conversations/edituser.ts'
import { createInvite, INVITE, type InvitePort } from '../../conversations/invite.ts'
import type { OnboardingPorts } from '../../conversations/ports.ts'
import type { AllWords } from '../texts/words.ts'
import type { BotContext } from './context.ts'

/**
 * Raised when the questions change their order or number, or what they store: replaying an old log into new code would go
 * wrong. Whoever is in the middle of a dialogue is told and begins again.
 */
export const DIALOGUE_VERSION = 2

/** Keeps the dialogues in the working copy of the chat's state; the whole is stored when the update is dealt with. */
export function dialogueStorage(): MiddlewareFn<BotContext> {
  return conversations<BotContext, Context>({
    storage: {
      type: 'context',
      version: DIALOGUE_VERSION,
      adapter: {
        // A copy, because the library changes what it reads even when the update fails in the end.
        read: (ctx) => structuredClone(ctx.chatState.dialogue) ?? undefined,
        write: (ctx: BotContext, state: VersionedState<ConversationData>) => {
          ctx.chatState = { ...ctx.chatState, dialogue: state }
        },
        delete: (ctx) => {
          ctx.chatState = { ...ctx.chatState, dialogue: null }
        },
      },
    },
  })
}

/** Drops a dialogue of an earlier version of the questions, and says so; an answer to it is not looked at. */
export function outdatedDialogues(): MiddlewareFn<BotContext> {
  return async (ctx, next) => {
    const { dialogue } = ctx.chatState
    if (dialogue !== null && dialogue.version[1] !== DIALOGUE_VERSION) {
      ctx.chatState = { ...ctx.chatState, dialogue: null }
      if (ctx.identity === undefined) {
        // What a stranger said to questions that are gone means nothing.
        await ctx.reply(ctx.words.say('access.outdated'), { reply_markup: askButton(ctx.words) })
        return
      }
      const isAdduser = Object.hasOwn(dialogue.state, ADDUSER)
      const text = ctx.words.say(isAdduser ? 'commands.dialogue_outdated' : 'commands.card_dialogue_outdated')
      await ctx.reply(text, { reply_markup: { remove_keyboard: true } })
      if (ctx.message !== undefined && ctx.message.text?.startsWith('/') !== true) return
    }
    return next()
  }
}

/** The conversation of `/adduser`, for the middleware. */
export function adduserDialogue(words: AllWords, ports: OnboardingPorts): MiddlewareFn<BotContext> {
  return createConversation<BotContext, Context>(createAdduser(words, ports), { id: ADDUSER })
}

/** The conversation behind `[Edit]`, for the middleware. */
export function editAnswerDialogue(words: AllWords, ports: OnboardingPorts): MiddlewareFn<BotContext> {
  return createConversation<BotContext, Context>(createEditAnswer(words, ports), { id: EDIT_ANSWER })
}

/** The conversation of `/edituser`, for the middleware. */
export function edituserDialogue(words: AllWords, ports: EditPorts): MiddlewareFn<BotContext> {
  return createConversation<BotContext, Context>(createEdituser(words, ports), { id: EDITUSER })
}

/** The conversation behind `[Deny]`, for the middleware. */
export function denyDialogue(words: AllWords, port: DenyPort): MiddlewareFn<BotContext> {
  return createConversation<BotContext, Context>(createDeny(words, port), { id: DENY })
}

/** The conversation of somebody who asks for access, for the middleware. */
export function askAccessDialogue(words: AllWords, port: AskPort): MiddlewareFn<BotContext> {
  return createConversation<BotContext, Context>(createAskAccess(words, port), { id: ASK_ACCESS })
}

/** The conversation behind `[Complete]`, for the middleware. */
export function completeAccessDialogue(
  words: AllWords,
  ports: OnboardingPorts,
  port: CompletePort,
): MiddlewareFn<BotContext> {
  return createConversation<BotContext, Context>(createCompleteAccess(words, ports, port), {
    id: COMPLETE_ACCESS,
  })
}

/** The conversation behind `[Deny]` on the card of somebody who asks for access. */
export function denyAccessDialogue(words: AllWords, port: DenyPort): MiddlewareFn<BotContext> {
  return createConversation<BotContext, Context>(createDeny(words, port, 'access'), { id: DENY_ACCESS })
}

/** The conversation of `/invite`, for the middleware. */
export function inviteDialogue(words: AllWords, port: InvitePort): MiddlewareFn<BotContext> {
  return createConversation<BotContext, Context>(createInvite(words, port), { id: INVITE })
}

/** Whether any dialogue is under way in this chat. */
export function isInDialogue(ctx: BotContext): boolean {
  return Object.keys(ctx.conversation.active()).length > 0
}
