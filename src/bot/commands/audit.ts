import { Composer, InlineKeyboard } from 'grammy'
import { auditPage } from '../../texts/chat/audit.ts'
import { errorText } from '../../texts/errors.ts'
import type { BotContext } from '../context.ts'
import { problemOf } from '../telegram/errors.ts'
import { answerTap } from '../telegram/taps.ts'
import { isAway, type WorkerCalls } from '../worker-calls.ts'
import { AUDIT_PREFIX, type AuditQuery, auditPageData, readAuditPage, readAuditQuery } from './audit-query.ts'

/** Entries of a page, if they fit. */
const PAGE = 12

/**
 * `/audit`: the history, page by page on one message. A button carries the whole question, so that it works after a restart; it
 * only reads, and what may be read the worker decides each time.
 */
export function auditCommand(deps: { worker: WorkerCalls; now: () => number }): Composer<BotContext> {
  const all = new Composer<BotContext>()
  const composer = all.filter((ctx) => ctx.message?.forward_origin === undefined)

  composer.command('audit', async (ctx) => {
    const query = readAuditQuery(ctx.match, deps.now())
    if (query === null) return void (await ctx.reply(ctx.words.say('audit_page.usage')))
    const page = await pageOf(ctx, query, 0)
    if (!page.ok) return void (await ctx.reply(page.text))
    await ctx.reply(page.html, page.other)
  })

  composer.on('callback_query:data', async (ctx, next) => {
    const { data } = ctx.callbackQuery
    if (!data.startsWith(AUDIT_PREFIX)) return next()
    const wanted = readAuditPage(data)
    if (wanted === null) return answerTap(ctx, ctx.words.say('taps.button_unknown'))
    const page = await pageOf(ctx, wanted.query, wanted.before)
    if (!page.ok) return answerTap(ctx, page.text)
    await answerTap(ctx)
    try {
      await ctx.editMessageText(page.html, page.other)
    } catch (error) {
      const { kind } = problemOf(error)
      if (kind === 'message_gone') await ctx.reply(page.html, page.other)
      else if (kind !== 'not_modified') throw error
    }
  })

  const pageOf = async (ctx: BotContext, query: AuditQuery, before: number) => {
    const answer = await deps.worker.call(
      'audit.list',
      { ...query, limit: PAGE, ...(before === 0 ? {} : { before }) },
      { onBehalfOf: ctx.identity?.telegramId ?? 0 },
    )
    if (!answer.ok) {
      return {
        ok: false as const,
        text: isAway(answer) ? ctx.words.say('commands.worker_away') : errorText(ctx.words, answer.error),
      }
    }
    const { html, shown, last } = auditPage(ctx.words, query, answer.entries)
    const hasOlder = last !== null && (answer.more || shown < answer.entries.length)
    const newest = before === 0 ? null : auditPageData(query, 0)
    const older = hasOlder ? auditPageData(query, last) : null
    const keyboard = new InlineKeyboard()
    if (newest !== null) keyboard.text(ctx.words.say('audit_page.newest'), newest)
    if (older !== null) keyboard.text(ctx.words.say('audit_page.older'), older)
    const markup = newest === null && older === null ? {} : { reply_markup: keyboard }
    return {
      ok: true as const,
      html,
      other: { parse_mode: 'HTML' as const, link_preview_options: { is_disabled: true }, ...markup },
    }
  }

  return all
}
