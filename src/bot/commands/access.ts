import { Composer, InlineKeyboard } from 'grammy'
import { blocksText, invitationsText } from '../../texts/chat/access-card.ts'
import type { BotContext } from '../context.ts'
import { answerTap } from '../telegram/taps.ts'
import { updateKey, type WorkerCalls } from '../worker-calls.ts'
import { refusalLine, say } from './say.ts'

export interface AccessCommandsDeps {
  worker: WorkerCalls
  botId: number
}

/** How many are listed, and so have a button. */
const LISTED = 20

/**
 * `/invites` with [Revoke] and `/blocked` with [Unblock]. Their buttons name what they are about and are decided by the worker:
 * what they do lets nobody in.
 */
export function accessCommands({ worker, botId }: AccessCommandsDeps): Composer<BotContext> {
  const all = new Composer<BotContext>()
  const composer = all.filter((ctx) => ctx.message?.forward_origin === undefined)
  const as = (ctx: BotContext) => ({ onBehalfOf: ctx.identity?.telegramId ?? 0 })
  const keyed = (ctx: BotContext, what: string) => ({
    ...as(ctx),
    key: updateKey(botId, ctx.update.update_id, what),
  })

  composer.command('invites', async (ctx) => {
    const answer = await worker.call('invite.list', { open: true, limit: LISTED }, as(ctx))
    if (!answer.ok) return void (await ctx.reply(refusalLine(ctx, answer.error)))
    const buttons = answer.invitations.map(({ id }) => ({
      label: ctx.words.say('invite.revoke_label', { id }),
      data: `iv:${id}`,
    }))
    await say(ctx, invitationsText(ctx.words, answer.invitations), keyboardOf(buttons))
  })

  composer.callbackQuery(/^iv:([1-9][0-9]{0,13})$/, async (ctx) => {
    const id = Number(ctx.match[1])
    const revoked = await worker.call('invite.revoke', { id }, keyed(ctx, 'revoke'))
    if (revoked.ok) return answerTap(ctx, ctx.words.say('invite.revoked_toast', { id }), true)
    const state = revoked.error.params?.['state']
    const isOver = state === 'used' || state === 'revoked' || state === 'expired'
    if (!isOver) return answerTap(ctx, refusalLine(ctx, revoked.error))
    const over = ctx.words.say(`invite.state.${state}`)
    return answerTap(ctx, ctx.words.say('invite.over_toast', { id, state: over }))
  })

  composer.command('blocked', async (ctx) => {
    const answer = await worker.call('block.list', { limit: LISTED }, as(ctx))
    if (!answer.ok) return void (await ctx.reply(refusalLine(ctx, answer.error)))
    const buttons = answer.blocks.map(({ telegram_id: id }) => ({
      label: ctx.words.say('block.unblock_label', { id }),
      data: `ub:${id}`,
    }))
    await say(ctx, blocksText(ctx.words, answer.blocks), keyboardOf(buttons))
  })

  composer.callbackQuery(/^ub:([1-9][0-9]{0,15})$/, async (ctx) => {
    const id = Number(ctx.match[1])
    const unblocked = await worker.call('block.remove', { telegram_id: id }, keyed(ctx, 'unblock'))
    if (unblocked.ok) return answerTap(ctx, ctx.words.say('block.unblocked_toast', { id }), true)
    const isGone = unblocked.error.code === 'not_found'
    const gone = ctx.words.say('block.not_blocked_toast', { id })
    return answerTap(ctx, isGone ? gone : refusalLine(ctx, unblocked.error))
  })

  return all
}

/** Two buttons a row; none where there is nothing to tap. */
function keyboardOf(buttons: readonly { label: string; data: string }[]): InlineKeyboard | undefined {
  if (buttons.length === 0) return undefined
  const keyboard = new InlineKeyboard()
  buttons.forEach(({ label, data }, index) => {
    keyboard.text(label, data)
    if (index % 2 === 1) keyboard.row()
  })
  return keyboard
}
