import { Composer, InlineKeyboard } from 'grammy'
import { requestsPage } from '../../texts/chat/commands.ts'
import { requestLines } from '../../texts/requests.ts'
import { runLines } from '../../texts/runs.ts'
import type { CardKeeper } from '../cards/keeper.ts'
import type { BotContext } from '../context.ts'
import { aboutRequest, newCard } from '../state/cards.ts'
import { problemOf } from '../telegram/errors.ts'
import { answerTap } from '../telegram/taps.ts'
import type { WorkerCalls } from '../worker-calls.ts'
import { refusalLine, say, sayError, sayLines } from './say.ts'

export interface RequestsCommandDeps {
  worker: WorkerCalls
  keeper: CardKeeper
}

const PAGE = 9
/** `o:ID` opens a request; `rl:w:ID` and `rl:a:ID` turn to the page that is older than ID, of what waits or of all. */
const OPEN_PREFIX = 'o:'
const PAGE_PREFIX = 'rl:'
const ID = '([1-9][0-9]{0,13})'

/** Of what waits for a decision, or of all; older than a request, or the newest. */
interface Wanted {
  open: boolean
  before: number | null
}

/**
 * `/requests [NUMBER]` and `/run NUMBER`: everything for who decides, their own for anybody else, as the worker says. A list is one
 * message that is turned; its buttons carry the whole question, so that they work after a restart.
 */
export function requestsCommand({ worker, keeper }: RequestsCommandDeps): Composer<BotContext> {
  const all = new Composer<BotContext>()
  const composer = all.filter((ctx) => ctx.message?.forward_origin === undefined)
  const as = (ctx: BotContext) => ({ onBehalfOf: ctx.identity?.telegramId ?? 0 })

  composer.command('requests', async (ctx) => {
    const id = idOf(ctx.match)
    if (id !== null) return open(ctx, id)
    if (ctx.match.trim() !== '') return void (await ctx.reply(ctx.words.say('commands.requests_usage')))
    const waiting = await pageOf(ctx, { open: true, before: null })
    if (!waiting.ok) return sayError(ctx, waiting.error)
    if (!waiting.isEmpty) return say(ctx, [waiting.text], waiting.keyboard)
    const latest = await pageOf(ctx, { open: false, before: null }, 'latest')
    return latest.ok ? say(ctx, [latest.text], latest.keyboard) : sayError(ctx, latest.error)
  })

  composer.callbackQuery(new RegExp(`^${PAGE_PREFIX}([wa]):(?:${ID})?$`), async (ctx) => {
    const [, which, before] = ctx.match
    const page = await pageOf(ctx, { open: which === 'w', before: before ? Number(before) : null })
    if (!page.ok) return answerTap(ctx, refusalLine(ctx, page.error))
    await answerTap(ctx)
    try {
      await ctx.editMessageText(page.text.html, {
        parse_mode: 'HTML',
        link_preview_options: { is_disabled: true },
        reply_markup: page.keyboard,
      })
    } catch (error) {
      const { kind } = problemOf(error)
      if (kind === 'message_gone') await say(ctx, [page.text], page.keyboard)
      else if (kind !== 'not_modified') throw error
    }
  })

  composer.callbackQuery(new RegExp(`^${OPEN_PREFIX}${ID}$`), async (ctx) => {
    await answerTap(ctx)
    await open(ctx, Number(ctx.match[1]))
  })

  composer.command('run', async (ctx) => {
    const id = idOf(ctx.match)
    if (id === null) return void (await ctx.reply(ctx.words.say('commands.run_usage')))
    const answer = await worker.call('run.get', { id }, as(ctx))
    if (!answer.ok) return sayError(ctx, answer.error)
    const { run } = answer
    const label = ctx.words.say('commands.open_request_label', { id: run.request_id })
    await sayLines(
      ctx,
      runLines(ctx.words, run),
      new InlineKeyboard().text(label, `${OPEN_PREFIX}${run.request_id}`),
    )
  })

  /** An admin gets a card that can be decided and follows the request; anybody else reads it. */
  const open = async (ctx: BotContext, id: number): Promise<void> => {
    const answer = await worker.call('request.get', { id }, as(ctx))
    if (!answer.ok) return sayError(ctx, answer.error)
    if (ctx.identity?.admin !== true) return sayLines(ctx, requestLines(ctx.words, answer.request))
    const { telegramId } = ctx.identity
    await keeper.want(newCard(`u${ctx.update.update_id}-${telegramId}`, telegramId, aboutRequest(id)))
  }

  const pageOf = async (ctx: BotContext, { open, before }: Wanted, shownAs?: 'latest') => {
    const answer = await worker.call(
      'request.list',
      { open, limit: PAGE, ...(before === null ? {} : { before }) },
      as(ctx),
    )
    if (!answer.ok) return answer
    const { requests, more } = answer
    const keyboard = new InlineKeyboard()
    requests.forEach(({ id }, index) => {
      keyboard.text(ctx.words.say('commands.open_label', { id }), `${OPEN_PREFIX}${id}`)
      if (index % 3 === 2) keyboard.row()
    })
    keyboard.row()
    const turn = (label: 'newest' | 'older' | 'all' | 'waiting', which: 'w' | 'a', id: number | '') =>
      keyboard.text(ctx.words.say(`commands.requests_turn.${label}`), `${PAGE_PREFIX}${which}:${id}`)
    const which = open ? 'w' : 'a'
    const oldest = requests.at(-1)
    if (before !== null) turn('newest', which, '')
    if (more && oldest !== undefined) turn('older', which, oldest.id)
    if (open) turn('all', 'a', '')
    else if (requests.length > 0 || before !== null) turn('waiting', 'w', '')
    const whose = ctx.identity?.permissions.has('requests.read.all') === true ? 'all' : 'own'
    const shown = shownAs ?? (`${open ? 'waiting' : 'every'}_${whose}` as const)
    const text = requestsPage(ctx.words, shown, requests)
    return { ok: true as const, text, keyboard, isEmpty: requests.length === 0 }
  }

  return all
}

function idOf(words: string): number | null {
  const wanted = words.trim()
  return new RegExp(`^${ID}$`).test(wanted) ? Number(wanted) : null
}
