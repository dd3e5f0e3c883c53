import { personLines } from '../../texts/people.ts'
import { done, refused } from '../outcome.ts'
import type { AddVerb } from './act.ts'

export const addUser: AddVerb = (program, act) => {
  const user = program.command('user').description('one person')
  user
    .command('show')
    .description('a person with everything that the roster and the host say')
    .argument('<name>', 'OS user or Telegram id')
    .action(
      act(async ({ client, signal, words }, name: string) => {
        const answer = await client.call('people.get', { name: name.slice(0, 200) }, { signal })
        return answer.ok
          ? done({ person: answer.person }, personLines(words, answer.person))
          : refused(words, answer.error)
      }),
    )
}
