import type { MiddlewareFn } from 'grammy'
import { QUESTION_PREFIX } from '../../../conversations/dialogue.ts'
import type { BotContext } from '../context.ts'
import { answerTap } from '../telegram/taps.ts'

/** Telegram shows a spinner on the button and forgets the query after a while. */
const AT_LATEST_MS = 5000

/**
 * Answers taps on the buttons of questions, exactly once: with what the dialogue has to say about it, else silently, and in
 * time even when the dialogue is slow.
 */
export function answerQuestionTaps(): MiddlewareFn<BotContext> {
  return async (ctx, next) => {
    if (ctx.callbackQuery?.data?.startsWith(QUESTION_PREFIX) !== true) return next()
    let answered: Promise<void> | null = null
    const answer = () => {
      answered ??= answerTap(ctx, ctx.tapAnswer)
      return answered
    }
    const timer = setTimeout(() => void answer(), AT_LATEST_MS)
    try {
      await next()
    } finally {
      clearTimeout(timer)
      await answer()
    }
  }
}

/** Behind the dialogues: no dialogue waits for this button any more. */
export function goneQuestions(): MiddlewareFn<BotContext> {
  return async (ctx, next) => {
    if (ctx.callbackQuery?.data?.startsWith(QUESTION_PREFIX) !== true) return next()
    ctx.tapAnswer = ctx.words.say('dialogue.question_gone')
  }
}
