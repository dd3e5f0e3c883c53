import { accessLine, accessLines } from '../../texts/access.ts'
import type { Line } from '../../texts/line.ts'
import { done, refused } from '../outcome.ts'
import type { AddVerb } from './act.ts'
import { parseId } from './arguments.ts'

export const addAccess: AddVerb = (program, act) => {
  const access = program.command('access').description('people who ask to be let in')
  access
    .command('list')
    .description('who asks for access and waits; with --all, what was decided too')
    .option('--all', 'decided ones too')
    .option('--before <id>', 'only older ones than this', parseId)
    .action(
      act(async ({ client, signal, words }, options: { all?: true; before?: number }) => {
        const { all, before } = options
        const input = { open: all !== true, ...(before === undefined ? {} : { before }) }
        const answer = await client.call('access.list', input, { signal })
        if (!answer.ok) return refused(words, answer.error)
        const { more } = answer
        const lines = answer.access.map((one): Line => ({ mark: 'none', text: accessLine(words, one) }))
        const oldest = answer.access.at(-1)
        if (oldest === undefined) {
          lines.push({ mark: 'none', text: words.say(all ? 'access.none_ever' : 'access.none') })
        } else if (more) {
          const text = words.say('access.older', { id: oldest.id, all: all ? 'yes' : 'no' })
          lines.push({ mark: 'none', text })
        }
        return done({ access: answer.access, more }, lines)
      }),
    )
  access
    .command('show')
    .description('one of them, with all that they wrote')
    .argument('<id>', 'number of the access request', parseId)
    .action(
      act(async ({ client, signal, words }, id: number) => {
        const answer = await client.call('access.get', { id }, { signal })
        if (!answer.ok) return refused(words, answer.error)
        return done({ access: answer.access }, accessLines(words, answer.access))
      }),
    )
  access
    .command('deny')
    .description('says no; whoever asked is told')
    .argument('<id>', 'number of the access request', parseId)
    .option('--reason <text>', 'why, for who asked')
    .action(
      act(async ({ client, signal, words }, id: number, { reason }: { reason?: string }) => {
        const input = { id, ...(reason === undefined ? {} : { reason }) }
        const answer = await client.call('access.deny', input, { signal })
        if (!answer.ok) return refused(words, answer.error)
        return done({ access: answer.access }, [{ mark: 'done', text: words.say('access.denied', { id }) }])
      }),
    )
}
