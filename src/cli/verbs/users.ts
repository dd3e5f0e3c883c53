import type { PersonView } from '../../protocol/views.ts'
import { personLine } from '../../texts/people.ts'
import { done, refused } from '../outcome.ts'
import type { AddVerb } from './act.ts'

export const addUsers: AddVerb = (program, act) => {
  program
    .command('users')
    .description('the people on the roster')
    .action(
      act(async ({ client, signal, words }) => {
        const people: PersonView[] = []
        for (;;) {
          const answer = await client.call('people.list', { skip: people.length }, { signal })
          if (!answer.ok) return refused(words, answer.error)
          people.push(...answer.people)
          if (!answer.more || answer.people.length === 0) break
        }
        return done(
          { people },
          people.length === 0
            ? [{ mark: 'info', text: 'nobody is on the roster yet' }]
            : people.map((person) => ({ mark: 'none', text: personLine(words, person) })),
        )
      }),
    )
}
