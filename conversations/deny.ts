import type { Context } from 'grammy'
import type { Violation } from '../src/domain/violation.ts'
import { h } from '../src/texts/chat/html.ts'
import { violationsHtml } from '../src/texts/chat/violations.ts'
import type { AllWords, Words } from '../src/texts/words.ts'
import type { Talk } from './context.ts'
import { type Accepted, ask, beginDialogue, button, type Dialogue, type Input, scopeOf } from './dialogue.ts'
import type { NotAnswered, Scope } from './ports.ts'

export const DENY = 'deny'
/** The same for an access request; `requestId` is its id then. */
export const DENY_ACCESS = 'deny-access'

/** What is denied and the card that was tapped. Plain JSON: it is stored with the dialogue. */
export interface ToDeny {
  requestId: number
  cardId: string
}

/** What the dialogue says, by what is denied: a request, or somebody who asks for access. */
const SAYS = {
  request: { why: 'deny.why', done: 'deny.done', left: 'deny.left' },
  access: { why: 'access.deny_why', done: 'access.deny_done', left: 'access.deny_left' },
} as const
/** Whose [Deny] was tapped. */
export type Deniable = keyof typeof SAYS

/** What the worker made of it. */
export type Denied =
  | { ok: true }
  /** `again`: another reason, or another moment, may do; else there is nothing left to deny. */
  | (NotAnswered & { again: boolean; violations: Violation[] })

/** Repeated with the same scope it denies once. */
export interface DenyPort {
  deny(scope: Scope, wish: ToDeny & { reason: string | null }): Promise<Denied>
}

/** As the worker takes it (`request.deny`). */
const MAX_REASON = 1000

/**
 * `[Deny]` on a card: asks for a reason, which may be left away. Nothing is decided before it is answered, and then the worker says
 * whether somebody else was faster.
 */
export function createDeny(
  all: AllWords,
  port: DenyPort,
  what: Deniable = 'request',
): (talk: Talk, ctx: Context, wish: ToDeny) => Promise<void> {
  return async function deny(talk, ctx, wish) {
    const dialogue = await beginDialogue(all, talk, ctx)
    const { words } = dialogue
    const id = wish.requestId
    const says = SAYS[what]
    for (;;) {
      const outcome = await ask<string | null>(dialogue, {
        text: words.html(says.why, { id }),
        rows: [[button(dialogue, 'deny.without_reason_label', 'none')]],
        accept: async (input) => reasonOf(words, input),
      })
      if (outcome.kind !== 'answer') return say(dialogue, words.say(says.left, { id }))
      const scope = scopeOf(dialogue)
      const reason = outcome.value
      const denied = await talk.external(() => port.deny(scope, { ...wish, reason }))
      if (denied.ok) return say(dialogue, words.say(says.done, { id }))
      if (!denied.again) return say(dialogue, denied.text)
      dialogue.noted =
        denied.violations.length > 0 ? violationsHtml(words, denied.violations) : h`${denied.text}`
    }
  }
}

function reasonOf(words: Words, input: Input): Accepted<string | null> {
  if (input.kind === 'choice') return { ok: true, value: null }
  const reason = input.text?.trim() ?? ''
  if (reason === '') return { ok: false, text: words.html('dialogue.type_an_answer') }
  if (reason.length <= MAX_REASON) return { ok: true, value: reason }
  const tooLong = { field: 'reason', code: 'text_too_long', params: { max: MAX_REASON } } as const
  return { ok: false, text: violationsHtml(words, [tooLong]) }
}

async function say(dialogue: Dialogue, text: string): Promise<void> {
  await dialogue.ctx.reply(text)
}
