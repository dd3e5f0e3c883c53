import { timingSafeEqual } from 'node:crypto'
import { Composer, InlineKeyboard } from 'grammy'
import { EDITUSER, type Edited } from '../../../conversations/edituser.ts'
import type { ApiError } from '../../protocol/errors.ts'
import type { PersonView } from '../../protocol/views.ts'
import { fitMessage } from '../../texts/chat/fit.ts'
import { EMPTY, h, lineHtml } from '../../texts/chat/html.ts'
import { peoplePage } from '../../texts/chat/people.ts'
import { errorText } from '../../texts/errors.ts'
import { personLines } from '../../texts/people.ts'
import { newNonce, shownHash } from '../cards/buttons.ts'
import type { CardKeeper } from '../cards/keeper.ts'
import type { BotContext } from '../context.ts'
import { isInDialogue } from '../dialogues.ts'
import type { Logger } from '../log.ts'
import { aboutRequest, newCard } from '../state/cards.ts'
import type { ShownPeople, ShownPerson } from '../state/shown-people.ts'
import { problemOf } from '../telegram/errors.ts'
import { answerTap } from '../telegram/taps.ts'
import { isAway, updateKey, type WorkerCalls } from '../worker-calls.ts'

export interface PeopleCommandsDeps {
  worker: WorkerCalls
  keeper: CardKeeper
  people: ShownPeople
  log: Logger
}

/** Buttons between pages begin with this; they only read. */
const PAGE_PREFIX = 'l:'
const PAGE_SIZE = 10

/** Buttons under somebody: `p:LETTER:TELEGRAM_ID:NONCE`, at most 64 bytes. */
const PERSON_TAP = /^p:([re]):([1-9][0-9]{0,15}):([\w-]{22})$/
const LETTERS = { retest: 'r', edit: 'e' } as const

const as = (ctx: BotContext) => ({ onBehalfOf: ctx.identity?.telegramId ?? 0 })
const isForwarded = (ctx: BotContext) => ctx.message?.forward_origin !== undefined

/**
 * `/users`, a page at a time, and `/user NAME`: before the dialogues, so that they work in the middle of one. Whom somebody may see
 * is decided by the worker; the buttons under a person are an admin's.
 */
export function peopleCommands(deps: PeopleCommandsDeps): Composer<BotContext> {
  const { worker } = deps
  const all = new Composer<BotContext>()
  const composer = all.filter((ctx) => !isForwarded(ctx))

  composer.command('users', async (ctx) => {
    const name = ctx.match.trim()
    if (name !== '') return showPerson(ctx, deps, name)
    const page = await readPage(ctx, worker, 0)
    if ('error' in page) return sayError(ctx, page.error)
    await ctx.reply(page.html, { parse_mode: 'HTML', reply_markup: page.keyboard })
  })

  composer.command('user', (ctx) => {
    const name = ctx.match.trim()
    return showPerson(ctx, deps, name === '' ? String(ctx.identity?.telegramId ?? 0) : name)
  })

  all.callbackQuery(/^l:(0|[1-9][0-9]{0,5})$/, async (ctx) => {
    const page = await readPage(ctx, worker, Number(ctx.match[1]))
    if ('error' in page) return answerTap(ctx, errorText(ctx.words, page.error))
    await answerTap(ctx)
    try {
      await ctx.editMessageText(page.html, { parse_mode: 'HTML', reply_markup: page.keyboard })
    } catch (error) {
      // Tapped twice, or gone: the page is there already, or nobody looks at it any more.
      if (problemOf(error).kind === 'later') throw error
    }
  })
  return all
}

/** [Re-test] and [Edit] under somebody: for admins, behind the dialogues, because [Edit] begins one. */
export function personTaps(deps: PeopleCommandsDeps): Composer<BotContext> {
  const { worker, keeper } = deps
  const composer = new Composer<BotContext>()
  composer.callbackQuery(/^p:/, async (ctx) => {
    const checked = checkTap(ctx, deps)
    if (!checked.ok) return answerTap(ctx, checked.text)
    const { shown, verb } = checked
    const who = String(shown.telegramId)
    const used = { ...shown, usedBy: ctx.update.update_id }
    if (verb === 'edit') {
      if (isInDialogue(ctx)) return answerTap(ctx, ctx.words.say('taps.finish_first'))
      await deps.people.put(used)
      await answerTap(ctx)
      const edited: Edited = { who }
      return ctx.conversation.enter(EDITUSER, edited)
    }
    const updateId = ctx.update.update_id
    const key = updateKey(ctx.me.id, updateId, 'retest')
    const drafted = await worker.call('person.retest', { name: who }, { ...as(ctx), key })
    if (!drafted.ok) return answerTap(ctx, problemText(ctx, drafted.error))
    await deps.people.put(used)
    await answerTap(ctx)
    await keeper.want(newCard(`u${updateId}-${shown.chatId}`, shown.chatId, aboutRequest(drafted.request.id)))
  })
  composer.command('edituser', async (ctx) => {
    const who = ctx.match.trim()
    if (who === '') return void (await ctx.reply(ctx.words.say('people.edit_whom')))
    const edited: Edited = { who: who.slice(0, 200) }
    await ctx.conversation.enter(EDITUSER, edited)
  })
  return composer
}

type Checked = { ok: true; shown: ShownPerson; verb: 'retest' | 'edit' } | { ok: false; text: string }

/**
 * Whether a tap is on a message that this bot sent to this very person about that somebody, with a nonce that is still good, and
 * whether the message still shows what was sent.
 */
function checkTap(ctx: BotContext, { people, log }: PeopleCommandsDeps): Checked {
  const { words, callbackQuery: query, chatId, from } = ctx
  const refuse = (text: string): Checked => ({ ok: false, text })
  const [, letter, id, nonce = ''] = PERSON_TAP.exec(query?.data ?? '') ?? []
  if (letter === undefined || chatId === undefined || from === undefined) {
    return refuse(words.say('taps.button_unknown'))
  }
  const message = query?.message
  const shown = people.atMessage(chatId, message?.message_id ?? 0)
  if (shown === undefined) return refuse(words.say('people.message_unknown'))
  if (shown.chatId !== from.id) return refuse(words.say('taps.not_yours'))
  const isBound = String(shown.telegramId) === id && isSameText(shown.nonce, nonce)
  const isUsed = shown.usedBy !== null && shown.usedBy !== ctx.update.update_id
  if (!isBound || isUsed) return refuse(words.say('people.button_used'))
  const looks = message !== undefined && 'text' in message ? shownHash(message) : null
  if (shown.shown !== null && looks !== shown.shown) {
    log.error({ message: shown.id }, 'a tapped message about a person does not show what was sent')
    return refuse(words.say('taps.card_tampered'))
  }
  return { ok: true, shown, verb: letter === LETTERS.retest ? 'retest' : 'edit' }
}

async function showPerson(ctx: BotContext, deps: PeopleCommandsDeps, name: string): Promise<void> {
  const answer = await deps.worker.call('people.get', { name: name.slice(0, 200) }, as(ctx))
  if (!answer.ok) return sayError(ctx, answer.error)
  const { words } = ctx
  const [head = EMPTY, ...lines] = personLines(words, answer.person).map(lineHtml)
  const { html } = fitMessage(words, head, lines, EMPTY)
  const isAdmin = ctx.identity?.admin === true
  if (!isAdmin) return void (await ctx.reply(html, { parse_mode: 'HTML' }))
  const shown = await remember(ctx, deps, answer.person)
  const button = (letter: string) => `p:${letter}:${shown.telegramId}:${shown.nonce}`
  const sent = await ctx.reply(html, {
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    reply_markup: new InlineKeyboard()
      .text(words.say('people.retest_label'), button(LETTERS.retest))
      .text(words.say('people.edit_label'), button(LETTERS.edit)),
  })
  await deps.people.put({ ...shown, messageId: sent.message_id, shown: shownHash(sent) })
}

async function remember(
  ctx: BotContext,
  { people }: PeopleCommandsDeps,
  person: PersonView,
): Promise<ShownPerson> {
  const chatId = ctx.identity?.telegramId ?? 0
  const shown: ShownPerson = {
    ...{ id: `u${ctx.update.update_id}-${chatId}`, chatId, telegramId: person.telegram_id },
    ...{ nonce: newNonce(), messageId: null, shown: null, usedBy: null },
  }
  await people.put(shown)
  return shown
}

async function readPage(
  ctx: BotContext,
  worker: WorkerCalls,
  skip: number,
): Promise<{ html: string; keyboard: InlineKeyboard } | { error: ApiError }> {
  const answer = await worker.call('people.list', { limit: PAGE_SIZE, skip }, as(ctx))
  if (!answer.ok) return { error: answer.error }
  const { words } = ctx
  const keyboard = new InlineKeyboard()
  if (skip > 0) keyboard.text('‹', `${PAGE_PREFIX}${Math.max(0, skip - PAGE_SIZE)}`)
  if (answer.more) keyboard.text('›', `${PAGE_PREFIX}${skip + PAGE_SIZE}`)
  return { html: peoplePage(words, answer.people, skip).html, keyboard }
}

function problemText(ctx: BotContext, error: ApiError): string {
  return isAway({ ok: false, error }) ? ctx.words.say('commands.worker_away') : errorText(ctx.words, error)
}

async function sayError(ctx: BotContext, error: ApiError): Promise<void> {
  await ctx.reply(h`${problemText(ctx, error)}`.html, { parse_mode: 'HTML' })
}

function isSameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
