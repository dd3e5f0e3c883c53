import { type Context, InlineKeyboard } from 'grammy'
import type { Violation } from '../src/domain/violation.ts'
import { askReview } from '../src/texts/chat/access-card.ts'
import { h } from '../src/texts/chat/html.ts'
import { violationsHtml } from '../src/texts/chat/violations.ts'
import { plain } from '../src/texts/plain.ts'
import type { AllWords, Words } from '../src/texts/words.ts'
import type { Talk } from './context.ts'
import { ask, beginDialogue, button, type Dialogue, type Outcome, scopeOf } from './dialogue.ts'
import type { Scope } from './ports.ts'
import { shortLabel } from './questions/choices.ts'

export const ASK_ACCESS = 'ask-access'

/** The data of the button that begins asking for access; it decides nothing, so it is bound to nothing. */
export const BEGIN_ASKING = 'ask:begin'

/** What a stranger may tap to ask for access. */
export function askButton(words: Words): InlineKeyboard {
  return new InlineKeyboard().text(words.say('access.ask_label'), BEGIN_ASKING)
}

/** What a stranger says of themself, and how Telegram shows them. */
export interface Asked {
  name: string
  github: string | null
  note: string | null
  telegramName: string
  username: string | null
  languageTag: string | null
}

export type AskedAnswer =
  | { ok: true }
  /** Null: nothing is said. */
  | { ok: false; text: string | null; violations: Violation[] }

/** Repeated with the same scope it asks once. Sees to the message that follows it. */
export interface AskPort {
  ask(scope: Scope, asked: Asked): Promise<AskedAnswer>
}

const QUESTIONS = ['name', 'github', 'note'] as const
type QuestionName = (typeof QUESTIONS)[number]
type Answers = Pick<Asked, QuestionName>

/** As the worker takes a note; a longer text is no answer to these questions. */
const MAX_TEXT = 500

/**
 * Somebody unknown asks for access: three questions, a look at the whole, and it is sent. Until then nothing of it is anywhere but in
 * the state of this dialogue.
 */
export function createAskAccess(all: AllWords, port: AskPort): (talk: Talk, ctx: Context) => Promise<void> {
  return async function askAccess(talk, ctx) {
    const dialogue = await beginDialogue(all, talk, ctx)
    const { words } = dialogue
    const telegramName = [ctx.from?.first_name, ctx.from?.last_name].filter(Boolean).join(' ')
    const answers: Answers = { name: '', github: null, note: null }
    let step = 0
    let again: QuestionName[] = []
    for (;;) {
      const question = again[0] ?? QUESTIONS[step]
      if (question === undefined) {
        const sent = await send(dialogue, port, answers, telegramName)
        if (sent.kind === 'back') step = QUESTIONS.length - 1
        else if (sent.kind === 'again') again = sent.questions
        else if (sent.kind === 'cancel') return cancelled(dialogue, words)
        else return sent.text === null ? undefined : void (await dialogue.ctx.reply(sent.text))
        continue
      }
      const outcome = await askOne(dialogue, question, answers, telegramName)
      if (outcome.kind === 'cancel') return cancelled(dialogue, words)
      if (outcome.kind === 'back') {
        step = Math.max(0, QUESTIONS.indexOf(question) - 1)
        again = []
        if (question === 'name') dialogue.noted = words.html('questions.first_question')
      } else if (again.length > 0) again = again.slice(1)
      else step += 1
    }
  }
}

async function askOne(
  dialogue: Dialogue,
  question: QuestionName,
  answers: Answers,
  telegramName: string,
): Promise<Outcome<string | null>> {
  const { words } = dialogue
  const suggested = plain(telegramName, 64)
  const canSkip = question !== 'name'
  const outcome = await ask<string | null>(dialogue, {
    text: words.html(`access.${question}`),
    rows: canSkip
      ? [[button(dialogue, 'questions.skip_label', 'skip')]]
      : suggested === telegramName && suggested !== ''
        ? [[{ label: shortLabel(suggested), value: '=name' }]]
        : [],
    accept: async (input) => {
      if (input.kind === 'choice') return { ok: true, value: canSkip ? null : suggested }
      const typed = input.text?.trim() ?? ''
      if (typed === '') return { ok: false, text: words.html('dialogue.type_an_answer') }
      if (typed.length <= MAX_TEXT) return { ok: true, value: typed }
      const tooLong = { field: question, code: 'text_too_long', params: { max: MAX_TEXT } } as const
      return { ok: false, text: violationsHtml(words, [tooLong]) }
    },
  })
  if (outcome.kind === 'answer') {
    if (question === 'name') answers.name = outcome.value ?? ''
    else answers[question] = outcome.value
  }
  return outcome
}

type Sent =
  | { kind: 'back' }
  | { kind: 'cancel' }
  | { kind: 'again'; questions: QuestionName[] }
  | { kind: 'ended'; text: string | null }

async function send(
  dialogue: Dialogue,
  port: AskPort,
  answers: Answers,
  telegramName: string,
): Promise<Sent> {
  const { words, talk } = dialogue
  for (;;) {
    const review = await ask<true>(dialogue, {
      text: askReview(words, answers),
      rows: [[button(dialogue, 'access.send_label', 'send')]],
      accept: async (input) =>
        input.kind === 'choice'
          ? { ok: true, value: true }
          : { ok: false, text: words.html('dialogue.use_a_button') },
    })
    if (review.kind !== 'answer') return review
    const scope = scopeOf(dialogue)
    const { from } = dialogue.ctx
    const asked: Asked = {
      ...answers,
      telegramName,
      username: from?.username ?? null,
      languageTag: from?.language_code ?? null,
    }
    const answer = await talk.external(() => port.ask(scope, asked))
    if (answer.ok) return { kind: 'ended', text: words.say('access.sent') }
    const refused = QUESTIONS.filter((question) => answer.violations.some(({ field }) => field === question))
    if (refused.length === 0) return { kind: 'ended', text: answer.text }
    dialogue.noted = answer.violations.length > 0 ? violationsHtml(words, answer.violations) : h``
    return { kind: 'again', questions: refused }
  }
}

async function cancelled(dialogue: Dialogue, words: Words): Promise<void> {
  await dialogue.ctx.reply(words.say('access.cancelled'), { reply_markup: askButton(words) })
}
