import { personLines } from '../../texts/people.ts'
import { afterDecision } from '../after-decision.ts'
import { done, refused } from '../outcome.ts'
import { submitAndDecide } from '../submit.ts'
import type { AddVerb } from './act.ts'
import { waitOption } from './decision-options.ts'

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
  user
    .command('retest')
    .description('asks to repeat a smoke test: isolation, folders and agent; changes nothing')
    .argument('<name>', 'OS user or Telegram id')
    .option('--approve', 'as root: decide it at once')
    .addOption(waitOption())
    .action(
      act(async (session, name: string, options: { approve?: true; wait?: true }) => {
        const { client, signal, words } = session
        const drafted = await client.call('person.retest', { name: name.slice(0, 200) }, { signal })
        if (!drafted.ok) return refused(words, drafted.error)
        const submitted = await submitAndDecide(session, drafted.request, options.approve === true)
        return submitted.ok
          ? afterDecision(session, submitted.request, { wait: options.wait === true })
          : submitted.outcome
      }),
    )
}
