import type { Context } from 'grammy'
import type { Violation } from '../src/domain/violation.ts'
import { violationsHtml } from '../src/texts/chat/violations.ts'
import type { AllWords } from '../src/texts/words.ts'
import type { Talk } from './context.ts'
import { ask, beginDialogue, button, type Dialogue, type Outcome, scopeOf } from './dialogue.ts'
import type { NotAnswered, Scope } from './ports.ts'
import { grid } from './questions/choices.ts'
import { askRole } from './questions/role.ts'

export const INVITE = 'invite'

const DAY = 86_400_000
/** In days. */
const LIFETIMES = [1, 7, 30]
const QUESTIONS = ['role', 'expires', 'os_user', 'note'] as const
type QuestionName = (typeof QUESTIONS)[number]

/** What was answered. The lifetime is in milliseconds; `osUser` is filled in for them, when somebody completes what they ask. */
export interface Invited {
  role: string
  expiresInMs: number
  osUser: string | null
  note: string | null
}

/** `html` has the link, and is kept nowhere. */
export type InvitedAnswer = { ok: true; html: string } | (NotAnswered & { violations: Violation[] })

/** What `/invite` needs of the worker. */
export interface InvitePort {
  /** The roles that may be invited for in chat, with one line on what each may do. */
  roles(scope: Scope): Promise<{ ok: true; roles: { name: string; line: string }[] } | NotAnswered>
  /** Repeated with the same scope it makes one invitation. `html` has its link, which is shown once: the dialogue ends with it. */
  invite(scope: Scope, invited: Invited): Promise<InvitedAnswer>
}

/**
 * `/invite`: role, how long, for whom; ends with the link. The link is never in the stored dialogue, which is over in the same update
 * that brings it.
 */
export function createInvite(all: AllWords, port: InvitePort): (talk: Talk, ctx: Context) => Promise<void> {
  return async function invite(talk, ctx) {
    const dialogue = await beginDialogue(all, talk, ctx)
    const { words } = dialogue
    const scope = scopeOf(dialogue)
    const begun = await talk.external(() => port.roles(scope))
    if (!begun.ok) return say(dialogue, begun.text)
    if (begun.roles.length === 0) {
      await ctx.reply(words.html('invite.no_roles').html, { parse_mode: 'HTML' })
      return
    }
    const invited: Invited = { role: '', expiresInMs: 7 * DAY, osUser: null, note: null }
    let step = 0
    let again: QuestionName[] = []
    for (;;) {
      const question = again[0] ?? QUESTIONS[step]
      if (question === undefined) {
        const now = scopeOf(dialogue)
        const made = await talk.external(() => port.invite(now, invited))
        if (made.ok) {
          await dialogue.ctx.reply(made.html, {
            parse_mode: 'HTML',
            link_preview_options: { is_disabled: true },
          })
          return
        }
        again = QUESTIONS.filter((one) => made.violations.some(({ field }) => field === one))
        if (again.length === 0) return say(dialogue, made.text)
        dialogue.noted = violationsHtml(words, made.violations)
        continue
      }
      const outcome = await askOne(dialogue, question, invited, begun.roles)
      if (outcome.kind === 'cancel') return say(dialogue, words.say('invite.cancelled'))
      if (outcome.kind === 'back') {
        step = Math.max(0, QUESTIONS.indexOf(question) - 1)
        again = []
        if (question === 'role') dialogue.noted = words.html('questions.first_question')
      } else if (again.length > 0) again = again.slice(1)
      else step += 1
    }
  }
}

async function askOne(
  dialogue: Dialogue,
  question: QuestionName,
  invited: Invited,
  roles: { name: string; line: string }[],
): Promise<Outcome<unknown>> {
  const { words } = dialogue
  switch (question) {
    case 'role': {
      dialogue.noted = words.html('invite.which_role')
      const outcome = await askRole(dialogue, { roles })
      if (outcome.kind === 'answer') invited.role = outcome.value
      return outcome
    }
    case 'expires': {
      const outcome = await ask<number>(dialogue, {
        text: words.html('invite.how_long'),
        rows: grid(
          LIFETIMES.map((count) => button(dialogue, 'invite.days', String(count), { count })),
          3,
        ),
        accept: async (input) =>
          input.kind === 'choice'
            ? { ok: true, value: Number(input.value) * DAY }
            : { ok: false, text: words.html('dialogue.use_a_button') },
      })
      if (outcome.kind === 'answer') invited.expiresInMs = outcome.value
      return outcome
    }
    case 'os_user':
    case 'note': {
      const outcome = await ask<string | null>(dialogue, {
        text: words.html(`invite.${question}`),
        rows: [[button(dialogue, 'questions.skip_label', 'skip')]],
        accept: async (input) => {
          if (input.kind === 'choice') return { ok: true, value: null }
          const typed = input.text?.trim() ?? ''
          if (typed === '') return { ok: false, text: words.html('dialogue.type_an_answer') }
          return { ok: true, value: typed.slice(0, question === 'os_user' ? 200 : 1000) }
        },
      })
      if (outcome.kind !== 'answer') return outcome
      if (question === 'os_user') invited.osUser = outcome.value
      else invited.note = outcome.value
      return outcome
    }
  }
}

async function say(dialogue: Dialogue, text: string): Promise<void> {
  await dialogue.ctx.reply(text)
}
