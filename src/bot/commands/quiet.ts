import { Composer } from 'grammy'
import { readQuietHours } from '../../domain/quiet-hours.ts'
import type { Html } from '../../texts/chat/html.ts'
import { quietHoursText, quietRefusedText, quietSetText } from '../../texts/chat/telling.ts'
import type { BotContext } from '../context.ts'

/** `/quiet`, `/quiet 22:00-07:00 [ZONE]`, `/quiet off`: when an admin is not to be disturbed by what can wait. */
export function quietCommand(): Composer<BotContext> {
  const all = new Composer<BotContext>()
  const composer = all.filter((ctx) => ctx.message?.forward_origin === undefined)

  composer.command('quiet', async (ctx) => {
    const { words } = ctx
    const wanted = ctx.match.trim()
    if (wanted === '') return say(ctx, quietHoursText(words, ctx.chatState.quiet))
    if (wanted.toLowerCase() === 'off') {
      ctx.chatState = { ...ctx.chatState, quiet: null }
      return say(ctx, quietSetText(words, null))
    }
    const read = readQuietHours(wanted, new Intl.DateTimeFormat().resolvedOptions().timeZone)
    if (!read.ok) return say(ctx, quietRefusedText(words, read.code, read.code === 'zone' ? read.zone : ''))
    ctx.chatState = { ...ctx.chatState, quiet: read.quiet }
    return say(ctx, quietSetText(words, read.quiet))
  })

  return all
}

async function say(ctx: BotContext, text: Html): Promise<void> {
  await ctx.reply(text.html, { parse_mode: 'HTML' })
}
