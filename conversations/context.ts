import type { Conversation } from '@grammyjs/conversations'
import type { Context } from 'grammy'
import type { Words } from '../src/texts/words.ts'

/** What a dialogue may tell the middleware around it about a tap: the words that pop up at the button. */
export interface TapFlavor {
  tapAnswer?: string
}

/** What the middleware around says in: the language of whoever wrote, as it is at this update. */
export interface WordsFlavor {
  words: Words
}

/** The context outside: only reachable inside `external`. */
export type OuterContext = Context & TapFlavor & WordsFlavor
export type Talk = Conversation<OuterContext, Context>
