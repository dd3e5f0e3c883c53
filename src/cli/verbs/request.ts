import type { Command } from 'commander'
import { requestLine, requestLines, requestSubject } from '../../texts/requests.ts'
import { afterDecision } from '../after-decision.ts'
import { agreeOnPlan } from '../decide.ts'
import { done, refused } from '../outcome.ts'
import type { Act, AddVerb } from './act.ts'
import { parseDigest, parseId } from './arguments.ts'
import { waitOption } from './decision-options.ts'

export const addRequest: AddVerb = (program, act) => {
  const request = program.command('request').description('one request: look at it, decide it')
  addShow(request, act)
  addApprove(request, act)
  addConfirm(request, act)
  addDeny(request, act)
  addCancel(request, act)
}

function addShow(request: Command, act: Act): void {
  request
    .command('show')
    .description('every answer, the plan step by step, and what is missing')
    .argument('<id>', 'number of the request', parseId)
    .action(
      act(async ({ client, signal, words }, id: number) => {
        const answer = await client.call('request.get', { id }, { signal })
        return answer.ok
          ? done({ request: answer.request }, requestLines(words, answer.request))
          : refused(words, answer.error)
      }),
    )
}

function addApprove(request: Command, act: Act): void {
  request
    .command('approve')
    .description('shows the plan, asks, and approves exactly that plan')
    .argument('<id>', 'number of the request', parseId)
    .option('--digest <digest>', 'approve the plan with this digest without asking', parseDigest)
    .addOption(waitOption())
    .action(
      act(async (session, id: number, options: { digest?: string; wait?: true }) => {
        const agreed = await agreeOnPlan(
          session,
          id,
          options.digest,
          (shown) => `Approve: ${requestSubject(session.words, shown)}?`,
        )
        if (!agreed.ok) return agreed.outcome
        const input = { id, digest: agreed.digest }
        const answer = await session.client.call('request.approve', input, { signal: session.signal })
        return answer.ok
          ? afterDecision(session, answer.request, options)
          : refused(session.words, answer.error)
      }),
    )
}

/** `request confirm`, and `confirm` for short: uid 0 on a terminal. */
export function addConfirm(parent: Command, act: Act): void {
  parent
    .command('confirm')
    .description(
      'as root: shows the plan, asks, and confirms it on this terminal; with a reason also for the owner of an adopted account',
    )
    .argument('<id>', 'number of the request', parseId)
    .option('--reason <text>', 'why an existing account is adopted without its owner')
    .option('--digest <digest>', 'confirm the plan with this digest without asking', parseDigest)
    .addOption(waitOption())
    .action(
      act(async (session, id: number, options: { reason?: string; digest?: string; wait?: true }) => {
        const agreed = await agreeOnPlan(
          session,
          id,
          options.digest,
          (shown) => `Confirm: ${requestSubject(session.words, shown)}?`,
        )
        if (!agreed.ok) return agreed.outcome
        const input = {
          id,
          digest: agreed.digest,
          ...(options.reason === undefined ? {} : { reason: options.reason }),
        }
        const answer = await session.client.call('request.confirm', input, { signal: session.signal })
        return answer.ok
          ? afterDecision(session, answer.request, options)
          : refused(session.words, answer.error)
      }),
    )
}

function addDeny(request: Command, act: Act): void {
  request
    .command('deny')
    .description('says no; the request is closed')
    .argument('<id>', 'number of the request', parseId)
    .option('--reason <text>', 'shown to whoever asked')
    .action(
      act(async ({ client, signal, words }, id: number, options: { reason?: string }) => {
        const input = { id, ...(options.reason === undefined ? {} : { reason: options.reason }) }
        const answer = await client.call('request.deny', input, { signal })
        if (!answer.ok) return refused(words, answer.error)
        return done({ request: answer.request }, [{ mark: 'done', text: requestLine(words, answer.request) }])
      }),
    )
}

function addCancel(request: Command, act: Act): void {
  request
    .command('cancel')
    .description('takes a draft or an undecided request back')
    .argument('<id>', 'number of the request', parseId)
    .action(
      act(async ({ client, signal, words }, id: number) => {
        const answer = await client.call('request.cancel', { id }, { signal })
        if (!answer.ok) return refused(words, answer.error)
        return done({ request: answer.request }, [{ mark: 'done', text: requestLine(words, answer.request) }])
      }),
    )
}
