import { whoamiLines } from '../../texts/about.ts'
import { done, refused } from '../outcome.ts'
import type { AddVerb } from './act.ts'

export const addWhoami: AddVerb = (program, act) => {
  program
    .command('whoami')
    .description('whom the worker takes you for, and what you may do')
    .action(
      act(async ({ client, signal, words }) => {
        const answer = await client.call('whoami', {}, { signal })
        if (!answer.ok) return refused(words, answer.error)
        const { ok: _, ...whoami } = answer
        return done(whoami, whoamiLines(words, whoami))
      }),
    )
}
