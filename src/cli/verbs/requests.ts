import { requestLine } from '../../texts/requests.ts'
import { done, refused } from '../outcome.ts'
import type { AddVerb } from './act.ts'
import { parseId } from './arguments.ts'

export const addRequests: AddVerb = (program, act) => {
  program
    .command('requests')
    .description('what waits for a decision; with --all, what was decided too')
    .option('--all', 'decided ones and drafts too')
    .option('--before <id>', 'only older ones than this', parseId)
    .action(
      act(async ({ client, signal, words }, options: { all?: true; before?: number }) => {
        const input = {
          open: options.all !== true,
          ...(options.before === undefined ? {} : { before: options.before }),
        }
        const answer = await client.call('request.list', input, { signal })
        if (!answer.ok) return refused(words, answer.error)
        // Drafts are open too, but nobody is asked to decide them.
        const requests = answer.requests.filter(({ state }) => options.all || state !== 'draft')
        const { more } = answer
        const lines = requests.map((request) => ({
          mark: 'none' as const,
          text: requestLine(words, request),
        }))
        const oldest = answer.requests.at(-1)
        if (requests.length === 0)
          lines.push({ mark: 'none', text: options.all ? 'no requests' : 'nothing waits for a decision' })
        if (more && oldest !== undefined) {
          lines.push({
            mark: 'none',
            text: `older ones: 'usher requests${options.all ? ' --all' : ''} --before ${oldest.id}'`,
          })
        }
        return done({ requests, more }, lines)
      }),
    )
}
