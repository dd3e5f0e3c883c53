import type { Conversation } from '@grammyjs/conversations'
import type { Context } from 'grammy'

/** What a dialogue may tell the middleware around it about a tap: the words that pop up at the button. */
export interface TapFlavor {
  tapAnswer?: string
}

/** The context outside: only reachable inside `external`. */
export type OuterContext = Context & TapFlavor
export type Talk = Conversation<OuterContext, Context>
