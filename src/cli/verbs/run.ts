import type { Command } from 'commander'
import { requestLines, requestSubject } from '../../texts/requests.ts'
import { runLines } from '../../texts/runs.ts'
import { afterDecision } from '../after-decision.ts'
import { otherPlan } from '../decide.ts'
import { done, type Outcome, refused } from '../outcome.ts'
import { submitAndDecide, waitsLine } from '../submit.ts'
import { waitForEnd } from '../wait.ts'
import type { Act, AddVerb } from './act.ts'
import { parseId } from './arguments.ts'
import { approveOption, waitOption } from './decision-options.ts'

export const addRun: AddVerb = (program, act) => {
  const run = program.command('run').description('one run: its receipt, its undo')
  addShow(run, act)
  addUndo(run, act)
  addRetry(run, act)
  addKeep(run, act)
  addResume(run, act)
  addAbandon(run, act)
}

function addShow(run: Command, act: Act): void {
  run
    .command('show')
    .description('the run step by step; once it has ended, its receipt')
    .argument('<id>', 'number of the run', parseId)
    .action(
      act(async ({ client, signal, words }, id: number) => {
        const answer = await client.call('run.get', { id }, { signal })
        return answer.ok
          ? done({ run: answer.run }, runLines(words, answer.run))
          : refused(words, answer.error)
      }),
    )
}

function addUndo(run: Command, act: Act): void {
  run
    .command('undo')
    .description('asks to take a succeeded run back, from its records; approved like any other request')
    .argument('<id>', 'number of the run', parseId)
    .addOption(approveOption())
    .addOption(waitOption())
    .action(
      act(async (session, id: number, options: { approve?: string | true; wait?: true }) => {
        const { client, prompter, signal, words } = session
        const drafted = await client.call('run.undo', { run_id: id }, { signal })
        if (!drafted.ok) return refused(words, drafted.error)
        const { request } = drafted
        const other = otherPlan(words, request, options.approve)
        if (other !== null) return other
        const asks = prompter !== null && options.approve === undefined
        if (asks) {
          await prompter.show(requestLines(words, request))
          if (!(await prompter.confirm(`Ask for this: ${requestSubject(words, request)}?`))) {
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

function addRetry(run: Command, act: Act): void {
  run
    .command('retry')
    .description('puts the request of a run that was undone up again: planned anew, approved like any other')
    .argument('<id>', 'number of the run', parseId)
    .addOption(approveOption())
    .addOption(waitOption())
    .action(
      act(async (session, id: number, options: { approve?: string | true; wait?: true }) => {
        const { client, signal, words } = session
        const returned = await client.call('run.retry', { run_id: id }, { signal })
        if (!returned.ok) return refused(words, returned.error)
        let { request } = returned
        const other = otherPlan(words, request, options.approve)
        if (other !== null) return other
        if (options.approve !== undefined) {
          const input = { id: request.id, digest: request.plan.digest }
          const approved = await client.call('request.approve', input, { signal })
          if (!approved.ok) return refused(words, approved.error, { request }, [waitsLine(request)])
          request = approved.request
        } else await session.say(requestLines(words, request))
        return afterDecision(session, request, { wait: options.wait === true })
      }),
    )
}

function addKeep(run: Command, act: Act): void {
  run
    .command('keep')
    .description('takes note that a run stays undone')
    .argument('<id>', 'number of the run', parseId)
    .action(
      act(async ({ client, signal, words }, id: number) => {
        const kept = await client.call('run.keep', { run_id: id }, { signal })
        return kept.ok ? done({ run: kept.run }, runLines(words, kept.run)) : refused(words, kept.error)
      }),
    )
}

function addResume(run: Command, act: Act): void {
  run
    .command('resume')
    .description('as root: goes on with an undo that could not finish')
    .argument('<id>', 'number of the run', parseId)
    .addOption(waitOption())
    .action(
      act(async (session, id: number, options: { wait?: true }) => {
        const { client, signal, words } = session
        const resumed = await client.call('run.resume', { run_id: id }, { signal })
        if (!resumed.ok) return refused(words, resumed.error)
        if (options.wait !== true) return done({ run: resumed.run }, runLines(words, resumed.run))
        const { request_id } = resumed.run
        const owner = await client.call('request.get', { id: request_id }, { signal })
        if (!owner.ok) return refused(words, owner.error, { run: resumed.run })
        return undoneCounts(await waitForEnd(session, owner.request))
      }),
    )
}

/** To whoever resumes an undo, a run that was undone is what they wanted. */
function undoneCounts(outcome: Outcome): Outcome {
  return !outcome.ok && outcome.error.code === 'run_undone'
    ? done(outcome.data ?? {}, outcome.lines)
    : outcome
}

function addAbandon(run: Command, act: Act): void {
  run
    .command('abandon')
    .description('as root: accepts what an undo that could not finish left on the host')
    .argument('<id>', 'number of the run', parseId)
    .requiredOption('--reason <text>', 'why it may stay; kept in the history')
    .action(
      act(async ({ client, signal, words }, id: number, { reason }: { reason: string }) => {
        const closed = await client.call('run.abandon', { run_id: id, reason }, { signal })
        return closed.ok
          ? done({ run: closed.run }, runLines(words, closed.run))
          : refused(words, closed.error)
      }),
    )
}
