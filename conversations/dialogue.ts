import { type Context, InlineKeyboard, type Keyboard } from 'grammy'
import type { TextKey } from '../src/texts/catalogue.ts'
import { EMPTY, type Html, join } from '../src/texts/chat/html.ts'
import { LANGUAGES } from '../src/texts/languages.ts'
import type { AllWords, Values, Words } from '../src/texts/words.ts'
import type { Talk } from './context.ts'
import type { Scope } from './ports.ts'

/** Buttons of questions begin with this; the middleware around the dialogues answers every such tap. */
export const QUESTION_PREFIX = 'q:'

/**
 * One run of a dialogue. Builders are replayed from the start at every update, so everything in here is derived from what the
 * library recorded: updates, and results of `external`.
 */
export interface Dialogue {
  talk: Talk
  /** The newest update's context. */
  ctx: Context
  /** In the language that this run began in, so that a replay says the same whatever was chosen meanwhile. */
  words: Words
  /** What is typed instead of tapping a button may be in any language. */
  all: AllWords
  /** Names this run on its buttons: the update that began it. */
  token: number
  /** How many questions were asked. */
  asked: number
  /** What was just understood; put above the next question. */
  noted: Html
}

/** Begins to talk in the update that entered the conversation, and in its language. */
export async function beginDialogue(all: AllWords, talk: Talk, ctx: Context): Promise<Dialogue> {
  const language = await talk.external((outer) => outer.words.language)
  return { talk, ctx, words: all[language], all, token: ctx.update.update_id, asked: 0, noted: EMPTY }
}

/** On whose behalf the ports are asked now, and in which update: what makes a repeated call the same one. */
export function scopeOf(dialogue: Dialogue): Scope {
  const { ctx, words } = dialogue
  return { telegramId: ctx.from?.id ?? 0, updateId: ctx.update.update_id, language: words.language }
}

export interface Choice {
  label: string
  value: string
  /** What else may be typed for it: the same label in other languages. */
  aliases?: readonly string[]
}

/** What somebody sent in answer to a question. */
export type Input = { kind: 'choice'; value: string } | { kind: 'message'; ctx: Context; text: string | null }

export type Accepted<T> = { ok: true; value: T } | { ok: false; text: Html }

export interface Question<T> {
  text: Html
  rows?: Choice[][]
  /** A keyboard in place of the letters; then there are no buttons on the message. */
  keyboard?: Keyboard
  /** Whether an answer may look like a command, as a path does. */
  slash?: boolean
  /** Understands an answer or says what is wrong with it; may call ports through `talk.external`. */
  accept: (input: Input) => Promise<Accepted<T>>
}

export type Outcome<T> = { kind: 'answer'; value: T } | { kind: 'back' } | { kind: 'cancel' }

/**
 * Asks one question and waits until it is answered. A wrong answer is answered with what is wrong, and forgotten: the
 * replay log goes back to before it, so it does not grow. Never catches a failed Bot API call: that would hang the chat.
 */
export async function ask<T>(dialogue: Dialogue, question: Question<T>): Promise<Outcome<T>> {
  dialogue.asked += 1
  const number = dialogue.asked
  const text = join([dialogue.noted, question.text], '\n\n')
  dialogue.noted = EMPTY
  const prefix = `${QUESTION_PREFIX}${dialogue.token}:${number}:`
  const choices = (question.rows ?? []).flat()
  const markup = question.keyboard ?? inlineKeyboard(dialogue.words, prefix, question.rows ?? [])
  const show = (ctx: Context, html: Html) =>
    ctx.reply(html.html, {
      parse_mode: 'HTML',
      reply_markup: markup,
      link_preview_options: { is_disabled: true },
    })

  await show(dialogue.ctx, text)
  const ctx = await dialogue.talk.wait()
  dialogue.ctx = ctx

  const data = ctx.callbackQuery?.data
  if (ctx.callbackQuery !== undefined) {
    if (data === undefined || !data.startsWith(QUESTION_PREFIX)) return dialogue.talk.skip({ next: true })
    if (!data.startsWith(prefix)) {
      await dialogue.talk.external((outer) => {
        outer.tapAnswer = dialogue.words.say('dialogue.stale_question')
      })
      return dialogue.talk.skip()
    }
    const rest = data.slice(prefix.length)
    if (rest === 'b') return { kind: 'back' }
    if (rest === 'x') return { kind: 'cancel' }
    const choice = choices[Number(rest)]
    if (choice === undefined) return dialogue.talk.skip()
    return settle(dialogue, question, { kind: 'choice', value: choice.value })
  }

  const typed = ctx.message?.text ?? null
  if (typed !== null && /^\/adduser(@\w+)?(\s|$)/.test(typed)) {
    await show(ctx, question.text)
    return dialogue.talk.skip()
  }
  const isForwarded = ctx.message?.forward_origin !== undefined
  if (typed !== null && !question.slash && !isForwarded && /^\/[a-z_]/i.test(typed)) {
    await ctx.reply(dialogue.words.say('dialogue.unknown_command'))
    return dialogue.talk.skip()
  }
  // Typing what stands on a button counts as tapping it, letter by letter: `Ada` is no way to say `ada`.
  const wanted = typed?.trim()
  if (wanted !== undefined && inAnyLanguage(dialogue, 'dialogue.back').includes(wanted))
    return { kind: 'back' }
  const choice = choices.find(
    ({ label, value, aliases = [] }) => wanted !== undefined && [label, value, ...aliases].includes(wanted),
  )
  if (choice !== undefined) return settle(dialogue, question, { kind: 'choice', value: choice.value })
  return settle(dialogue, question, { kind: 'message', ctx, text: typed })
}

/** A button whose label comes from the catalogue: typed in any language it counts as tapped. */
export function button(dialogue: Dialogue, key: TextKey, value: string, values?: Values): Choice {
  const { words } = dialogue
  return { label: words.say(key, values), value, aliases: inAnyLanguage(dialogue, key, values) }
}

function inAnyLanguage({ all }: Dialogue, key: TextKey, values?: Values): string[] {
  return LANGUAGES.map((language) => all[language].say(key, values))
}

async function settle<T>(dialogue: Dialogue, question: Question<T>, input: Input): Promise<Outcome<T>> {
  const accepted = await question.accept(input)
  if (accepted.ok) return { kind: 'answer', value: accepted.value }
  await dialogue.ctx.reply(accepted.text.html, {
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
  })
  return dialogue.talk.skip()
}

function inlineKeyboard(words: Words, prefix: string, rows: readonly Choice[][]): InlineKeyboard {
  const keyboard = new InlineKeyboard()
  let index = 0
  for (const row of rows) {
    for (const { label } of row) {
      keyboard.text(label, `${prefix}${index}`)
      index += 1
    }
    keyboard.row()
  }
  return keyboard
    .text(words.say('dialogue.back'), `${prefix}b`)
    .text(words.say('dialogue.cancel'), `${prefix}x`)
}
