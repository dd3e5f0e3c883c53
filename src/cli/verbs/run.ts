import type { Command } from 'commander'
import { requestLines, requestSubject } from '../../texts/requests.ts'
import { runLines } from '../../texts/runs.ts'
import { afterDecision } from '../after-decision.ts'
import { otherPlan } from '../decide.ts'
import { done, refused } from '../outcome.ts'
import { submitAndDecide } from '../submit.ts'
import type { Act, AddVerb } from './act.ts'
import { parseDigest, parseId } from './arguments.ts'

export const addRun: AddVerb = (program, act) => {
  const run = program.command('run').description('one run: its receipt, its undo')
  addShow(run, act)
  addUndo(run, act)
}

function addShow(run: Command, act: Act): void {
  run
    .command('show')
    .description('the run step by step; once it has ended, its receipt')
    .argument('<id>', 'number of the run', parseId)
    .action(
      act(async ({ client, signal }, id: number) => {
        const answer = await client.call('run.get', { id }, { signal })
        return answer.ok ? done({ run: answer.run }, runLines(answer.run)) : refused(answer.error)
      }),
    )
}

function addUndo(run: Command, act: Act): void {
  run
    .command('undo')
    .description('asks to take a succeeded run back, from its records; approved like any other request')
    .argument('<id>', 'number of the run', parseId)
    .option(
      '--approve [digest]',
      'as root: decide it at once; with =DIGEST only if the plan is that one',
      parseDigest,
    )
    .option('--wait', 'follow the run and end with its receipt')
    .action(
      act(async (session, id: number, options: { approve?: string | true; wait?: true }) => {
        const { client, prompter, signal } = session
        const drafted = await client.call('run.undo', { run_id: id }, { signal })
        if (!drafted.ok) return refused(drafted.error)
        const { request } = drafted
        const other = otherPlan(request, options.approve)
        if (other !== null) return other
        const asks = prompter !== null && options.approve === undefined
        if (asks) {
          await prompter.show(requestLines(request))
          if (!(await prompter.confirm(`Ask for this: ${requestSubject(request)}?`))) {
            await client.call('request.cancel', { id: request.id }, { signal })
            return done({ request }, [{ mark: 'none', text: 'nothing was asked for' }])
          }
        }
        const submitted = await submitAndDecide(session, request, options.approve !== undefined)
        return submitted.ok
          ? afterDecision(session, submitted.request, { wait: options.wait === true })
          : submitted.outcome
      }),
    )
}
