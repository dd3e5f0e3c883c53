import { InvalidArgumentError } from 'commander'
import { isTelegramId } from '../../domain/telegram-id.ts'
import { actorText } from '../../texts/actors.ts'
import { timeText } from '../../texts/duration.ts'
import { plain } from '../../texts/plain.ts'
import { done, refused } from '../outcome.ts'
import type { AddVerb } from './act.ts'

/** `usher freeze` and `usher unfreeze`: approvals in chat as a whole. */
export const addFreeze: AddVerb = (program, act) => {
  program
    .command('freeze')
    .description('no approval in chat counts any more, also none that waits or has not begun to run')
    .action(
      act(async ({ client, config, signal, words }) => {
        const answer = await client.call('chat.freeze', {}, { signal })
        if (!answer.ok) return refused(words, answer.error)
        const { frozen } = answer
        // In single-user mode the operator is oneself, and needs no root.
        const isOwn = config.mode === 'single-user'
        const by =
          isOwn && frozen.by === 'operator' ? 'you' : actorText(words, { key: frozen.by, name: null })
        const thaw = isOwn ? 'usher unfreeze' : 'sudo usher unfreeze'
        return done({ frozen }, [
          {
            mark: 'done',
            text: `approvals in chat are frozen since ${timeText(words, frozen.at)}, by ${by}`,
          },
          {
            mark: 'info',
            text: `what was approved there does not count any more; '${thaw}' ends it`,
          },
        ])
      }),
    )
  program
    .command('unfreeze')
    .description('approvals in chat count again, from now on')
    .action(
      act(async ({ client, signal, words }) => {
        const answer = await client.call('chat.unfreeze', {}, { signal })
        if (!answer.ok) return refused(words, answer.error)
        const text = answer.ended ? 'approvals in chat count again' : 'they were not frozen'
        return done({ ended: answer.ended }, [{ mark: 'done', text }])
      }),
    )
}

/** `usher telegram …`: ids that nobody can be spoken for with. */
export const addTelegram: AddVerb = (program, act) => {
  const telegram = program
    .command('telegram')
    .description('Telegram ids that were lost or stolen; root’s alone')
  telegram
    .command('revoke')
    .description('takes every right from a Telegram id until it is restored; what it approved counts no more')
    .argument('<id>', 'the Telegram id', parseTelegramId)
    .option('--reason <text>', 'why, for the history')
    .action(
      act(async ({ client, signal, words }, telegramId: number, options: { reason?: string }) => {
        const reason = options.reason === undefined ? {} : { reason: options.reason }
        const answer = await client.call(
          'telegram.revoke',
          { telegram_id: telegramId, ...reason },
          { signal },
        )
        if (!answer.ok) return refused(words, answer.error)
        return done({ revoked: answer.revoked }, [
          { mark: 'done', text: `Telegram id ${telegramId} has no rights until it is restored` },
        ])
      }),
    )
  telegram
    .command('restore')
    .description('gives a Telegram id back what the roster gives it')
    .argument('<id>', 'the Telegram id', parseTelegramId)
    .action(
      act(async ({ client, signal, words }, telegramId: number) => {
        const answer = await client.call('telegram.restore', { telegram_id: telegramId }, { signal })
        if (!answer.ok) return refused(words, answer.error)
        const text = answer.ended ? `Telegram id ${telegramId} is restored` : 'it was not revoked'
        return done({ ended: answer.ended }, [{ mark: 'done', text }])
      }),
    )
  telegram
    .command('list')
    .description('the Telegram ids that are revoked')
    .action(
      act(async ({ client, signal, words }) => {
        const answer = await client.call('telegram.list', {}, { signal })
        if (!answer.ok) return refused(words, answer.error)
        const lines = answer.revoked.map(({ telegram_id, at, reason }) => ({
          mark: 'none' as const,
          text: `${telegram_id} since ${timeText(words, at)}${reason === null ? '' : `: ${plain(reason, 300)}`}`,
        }))
        return done(
          { revoked: answer.revoked },
          lines.length > 0 ? lines : [{ mark: 'none', text: 'no Telegram id is revoked' }],
        )
      }),
    )
}

function parseTelegramId(text: string): number {
  const id = /^[1-9][0-9]{0,15}$/.test(text) ? Number(text) : Number.NaN
  if (!isTelegramId(id)) throw new InvalidArgumentError('give the numeric Telegram id.')
  return id
}
