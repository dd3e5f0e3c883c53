import { statusLines } from '../../texts/about.ts'
import { done, refused } from '../outcome.ts'
import type { AddVerb } from './act.ts'

export const addStatus: AddVerb = (program, act) => {
  program
    .command('status')
    .description('whether the worker runs, and how it is')
    .action(
      act(async ({ client, signal, words }) => {
        const answer = await client.call('status', {}, { signal })
        if (!answer.ok) return refused(words, answer.error)
        const { ok: _, ...status } = answer
        return done(status, statusLines(words, status, Date.now()))
      }),
    )
}
