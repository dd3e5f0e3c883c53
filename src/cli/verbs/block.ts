import type { BlockView } from '../../protocol/views-access.ts'
import { blockLine } from '../../texts/access.ts'
import { done, refused } from '../outcome.ts'
import type { AddVerb } from './act.ts'
import { parseId } from './arguments.ts'

export const addBlock: AddVerb = (program, act) => {
  program
    .command('block')
    .description('a stranger is not answered any more, whatever they send')
    .argument('<telegram-id>', 'their numeric Telegram id', parseId)
    .option('--reason <text>', 'why; only admins see it')
    .action(
      act(async ({ client, signal, words }, id: number, { reason }: { reason?: string }) => {
        const input = { telegram_id: id, ...(reason === undefined ? {} : { reason }) }
        const answer = await client.call('block.add', input, { signal })
        if (!answer.ok) return refused(words, answer.error)
        return done({ block: answer.block }, [{ mark: 'done', text: words.say('block.cli_added', { id }) }])
      }),
    )
}

export const addUnblock: AddVerb = (program, act) => {
  program
    .command('unblock')
    .description('they may ask for access again')
    .argument('<telegram-id>', 'their numeric Telegram id', parseId)
    .action(
      act(async ({ client, signal, words }, id: number) => {
        const answer = await client.call('block.remove', { telegram_id: id }, { signal })
        if (!answer.ok) return refused(words, answer.error)
        return done({ block: answer.block }, [{ mark: 'done', text: words.say('block.cli_removed', { id }) }])
      }),
    )
}

export const addBlocked: AddVerb = (program, act) => {
  program
    .command('blocked')
    .description('strangers who are not answered')
    .action(
      act(async ({ client, signal, words }) => {
        const blocks: BlockView[] = []
        for (;;) {
          const answer = await client.call('block.list', { limit: 200, skip: blocks.length }, { signal })
          if (!answer.ok) return refused(words, answer.error)
          blocks.push(...answer.blocks)
          if (!answer.more || answer.blocks.length === 0) break
        }
        return done(
          { blocks },
          blocks.length === 0
            ? [{ mark: 'info', text: words.say('block.cli_none') }]
            : blocks.map((block) => ({ mark: 'none', text: blockLine(words, block) })),
        )
      }),
    )
}
