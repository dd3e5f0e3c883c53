import type { Context } from 'grammy'
import { INHERITED_KEYS, ROUTING_KEYS } from '../src/domain/person.ts'
import { h, join } from '../src/texts/chat/html.ts'
import * as texts from '../src/texts/chat/questions.ts'
import { violationsHtml } from '../src/texts/chat/violations.ts'
import type { AllWords } from '../src/texts/words.ts'
import type { Talk } from './context.ts'
import { ask, beginDialogue, button, type Dialogue, type Outcome, scopeOf } from './dialogue.ts'
import type { Answers, Drafted, OnboardingOptions, OnboardingPorts, Scope } from './ports.ts'
import { askField, type FieldContext } from './questions/fields.ts'
import { askMenu } from './questions/menu.ts'
import { DEFAULTS_MENU, ROUTING_MENU } from './questions/menus.ts'
import { askOsUser } from './questions/os-user.ts'
import { askRole } from './questions/role.ts'
import { askWho } from './questions/who.ts'

export const ADDUSER = 'adduser'

/** The questions, in the order in which they are asked. */
const ORDER = ['who', 'os_user', 'role', 'name', 'github', 'defaults', 'routing'] as const
export type QuestionName = (typeof ORDER)[number]

/** What a run of the dialogue knows about the person beside the answers. */
export interface Known {
  answers: Answers
  telegramName: string
  username?: string
  /** The account that an invitation names. */
  wishedOsUser?: string
}

/** What is asked about a person, and what is done with the answers in the end. */
export interface PersonQuestions {
  order: readonly QuestionName[]
  /** What may be asked again when it was refused, beside the order. */
  alsoAgain: readonly QuestionName[]
  known: Known
  options: OnboardingOptions
  submit: (scope: Scope, answers: Answers) => Promise<Drafted>
}

/**
 * `/adduser`: collects everything about a new person and drafts the request; the review card does the rest. It decides and
 * submits nothing.
 */
export function createAdduser(
  all: AllWords,
  ports: OnboardingPorts,
): (talk: Talk, ctx: Context) => Promise<void> {
  return async function adduser(talk, ctx) {
    const dialogue = await beginDialogue(all, talk, ctx)
    const scope = scopeOf(dialogue)
    const begun = await talk.external(() => ports.options(scope))
    if (!begun.ok) {
      await ctx.reply(begun.text)
      return
    }
    await askPerson(dialogue, ports, {
      order: ORDER,
      alsoAgain: [],
      known: { answers: {}, telegramName: '' },
      options: begun.options,
      submit: (now, answers) => ports.draft(now, answers, null),
    })
  }
}

/** Asks one question after another and submits; what was refused is asked again. Says so when it is cancelled. */
export async function askPerson(
  dialogue: Dialogue,
  ports: OnboardingPorts,
  questions: PersonQuestions,
): Promise<void> {
  const { order, known, options } = questions
  let step = 0
  /** Only the answers that were refused are asked again; then it goes straight back to drafting. */
  let again: QuestionName[] = []
  for (;;) {
    const next = again[0] ?? order[step]
    if (next === undefined) {
      const drafted = await draft(dialogue, questions)
      if (drafted.kind === 'done') return
      if (drafted.kind === 'cancel') return cancelled(dialogue)
      if (drafted.kind === 'back') step = order.length - 1
      else again = drafted.questions
      continue
    }
    const outcome = await askOne(next, dialogue, ports, options, known)
    if (outcome.kind === 'cancel') return cancelled(dialogue)
    if (outcome.kind === 'back') {
      // The way back from a question that was asked again leads to the one before it.
      step = Math.max(0, order.indexOf(next) - 1)
      again = []
      if (next === order[0]) dialogue.noted = dialogue.words.html('questions.first_question')
      continue
    }
    if (again.length > 0) again = again.slice(1)
    else step += 1
  }
}

async function askOne(
  question: QuestionName,
  dialogue: Dialogue,
  ports: OnboardingPorts,
  options: OnboardingOptions,
  known: Known,
): Promise<Outcome<unknown>> {
  const context: FieldContext = { answers: known.answers, options, suggestedName: known.telegramName }
  const keep = (outcome: Outcome<Answers>) => {
    if (outcome.kind === 'answer') known.answers = outcome.value
    return outcome
  }
  switch (question) {
    case 'who': {
      const { telegram_id: _, proof: __, ...others } = known.answers
      const outcome = await askWho(dialogue, ports, others)
      if (outcome.kind !== 'answer') return outcome
      const { telegram_id, proof, name, username } = outcome.value
      known.answers = { ...others, telegram_id, proof }
      known.telegramName = name
      if (username === undefined) delete known.username
      else known.username = username
      await dialogue.ctx.reply(texts.whoNoted(dialogue.words, name, telegram_id, proof).html, {
        parse_mode: 'HTML',
        reply_markup: { remove_keyboard: true },
      })
      return outcome
    }
    case 'os_user': {
      const outcome = await askOsUser(dialogue, ports, {
        answers: known.answers,
        options,
        suggestFrom: known.telegramName,
        ...(known.username === undefined ? {} : { username: known.username }),
        ...(known.wishedOsUser === undefined ? {} : { wished: known.wishedOsUser }),
      })
      if (outcome.kind !== 'answer') return outcome
      known.answers = { ...known.answers, ...outcome.value }
      dialogue.noted = texts.accountNoted(dialogue.words, outcome.value)
      return outcome
    }
    case 'role': {
      const outcome = await askRole(dialogue, options)
      if (outcome.kind !== 'answer') return outcome
      known.answers = { ...known.answers, role: outcome.value }
      dialogue.noted = dialogue.words.html('questions.role_noted', { role: outcome.value })
      return outcome
    }
    case 'name':
    case 'github':
      return keep(await askField(dialogue, ports, question, context))
    case 'defaults':
      return keep(await askMenu(dialogue, ports, DEFAULTS_MENU(options), context))
    case 'routing':
      return keep(await askMenu(dialogue, ports, ROUTING_MENU, context))
  }
}

type DraftOutcome =
  | { kind: 'done' }
  | { kind: 'cancel' }
  | { kind: 'back' }
  | { kind: 'again'; questions: QuestionName[] }

async function draft(
  dialogue: Dialogue,
  { order, alsoAgain, known, submit }: PersonQuestions,
): Promise<DraftOutcome> {
  const { words } = dialogue
  const { answers } = known
  for (;;) {
    const scope = scopeOf(dialogue)
    const drafted = await dialogue.talk.external(() => submit(scope, answers))
    if (drafted.ok) return { kind: 'done' }
    const questions = drafted.violations
      .map(({ field }) => questionOf(field))
      .filter((one) => one !== null && (order.includes(one) || alsoAgain.includes(one)))
      .filter((one) => one !== null)
    if (questions.length > 0) {
      dialogue.noted = violationsHtml(words, drafted.violations)
      return { kind: 'again', questions: [...new Set(questions)] }
    }
    // Nothing that was answered: the host, or the worker, is not as it should be.
    const problem =
      drafted.violations.length > 0 ? violationsHtml(words, drafted.violations) : h`${drafted.text}`
    const retry = await ask<true>(dialogue, {
      text: join([problem, words.html('questions.answers_are_kept')], '\n\n'),
      rows: [[button(dialogue, 'questions.try_again_label', 'again')]],
      accept: async (input) =>
        input.kind === 'choice'
          ? { ok: true, value: true }
          : { ok: false, text: words.html('dialogue.use_a_button') },
    })
    if (retry.kind !== 'answer') return retry
  }
}

/** Where the answer to a refused field can be given again; null when no answer is to blame. */
function questionOf(field: string): QuestionName | null {
  const key = field.split('.')[0] ?? ''
  if (key === 'telegram_id' || key === 'proof') return 'who'
  if (key === 'os_user' || key === 'account') return 'os_user'
  if (key === 'role' || key === 'name' || key === 'github') return key
  if (ROUTING_KEYS.some((one) => one === key)) return 'routing'
  return INHERITED_KEYS.some((one) => one === key) ? 'defaults' : null
}

async function cancelled(dialogue: Dialogue): Promise<void> {
  await dialogue.ctx.reply(dialogue.words.say('dialogue.cancelled'), {
    reply_markup: { remove_keyboard: true },
  })
}
