import type { ReconciliationView } from '../../protocol/views.ts'
import { reconciliationLine, reconciliationLines } from '../../texts/findings.ts'
import type { Line } from '../../texts/line.ts'
import { plain } from '../../texts/plain.ts'
import type { Words } from '../../texts/words.ts'
import { done, failed, type Outcome, refused } from '../outcome.ts'
import type { Session } from '../session.ts'
import { waitForEnd } from '../wait.ts'
import type { AddVerb } from './act.ts'
import { isDigestOf, parseDigest } from './arguments.ts'

interface ReconcileOptions {
  dryRun?: true
  smoke?: true
  approve?: string | true
  wait?: true
}

/** A thousand people with their smoke tests take a while. */
const TIMEOUT_MS = 600_000

export const addReconcile: AddVerb = (program, act) => {
  program
    .command('reconcile')
    .description(
      'compares everybody on the roster with this host, and asks for the repairs that add what is missing',
    )
    .option('--dry-run', 'only look; nothing is asked for and nothing is stored')
    .option('--smoke', "run everybody's smoke test again, too")
    .option(
      '--approve [digest]',
      'as root: approve all its repairs at once; with =DIGEST only if they are those',
      parseDigest,
    )
    .option('--wait', 'wait for the repairs that were approved')
    .action(act((session, options: ReconcileOptions) => reconcile(session, options)))
}

async function reconcile(session: Session, options: ReconcileOptions): Promise<Outcome> {
  const { client, prompter, signal, words } = session
  const { dryRun, approve } = options
  if (dryRun && (approve !== undefined || options.wait)) {
    const message =
      'cannot approve or wait for a dry run: nothing is asked for; leave --dry-run or the other away'
    return failed('bad_request', message)
  }
  const operation = dryRun ? 'reconcile.check' : 'reconcile.run'
  const calling = { signal, timeoutMs: TIMEOUT_MS }
  const answer = await client.call(operation, { smoke: options.smoke === true }, calling)
  if (!answer.ok) return refused(words, answer.error)
  const { reconciliation } = answer
  const { id, digest } = reconciliation
  if (reconciliation.outcome === 'failed' || dryRun || id === null || digest === null) {
    return outcomeOf(words, reconciliation)
  }
  if (typeof approve === 'string' && !isDigestOf(digest, approve)) {
    const message = `cannot approve this: the repairs now have the digest ${plain(digest, 64)}; look at them and decide again`
    const lines: Line[] = [...reconciliationLines(words, reconciliation), { mark: 'failed', text: message }]
    return failed('digest_differs', message, { data: { reconciliation }, lines })
  }
  if (approve === undefined) {
    if (prompter === null) return outcomeOf(words, reconciliation)
    await prompter.show(reconciliationLines(words, reconciliation))
    if (!(await prompter.confirm('Approve these repairs?'))) {
      const lines: Line[] = [{ mark: 'info', text: 'nothing was approved; the repairs wait for a decision' }]
      return differs(words, reconciliation, lines)
    }
  }
  return approveAll(session, { ...reconciliation, id, digest }, options.wait === true)
}

async function approveAll(
  session: Session,
  shown: ReconciliationView & { id: number; digest: string },
  wait: boolean,
): Promise<Outcome> {
  const { client, signal, say, words } = session
  const input = { id: shown.id, digest: shown.digest }
  const approved = await client.call('reconcile.approve', input, { signal })
  if (!approved.ok) return refused(words, approved.error, { reconciliation: shown })
  const { reconciliation } = approved
  const refusals = approved.refused.map(({ request_id, error }): Line => {
    return { mark: 'failed', text: `request ${request_id}: ${plain(error.message, 500)}` }
  })
  const left = reconciliation.findings.filter(({ repairable }) => !repairable).length
  const isDone = left === 0 && refusals.length === 0
  const begun = reconciliation.requests.filter(({ run_id }) => run_id !== null)
  if (!wait) {
    const lines = [...reconciliationLines(words, reconciliation), ...refusals]
    return isDone ? done({ reconciliation }, lines) : differs(words, reconciliation, lines)
  }
  await say(reconciliationLines(words, reconciliation))
  const unfinished: string[] = []
  for (const { id, name } of begun) {
    const answer = await client.call('request.get', { id }, { signal })
    const ended = answer.ok ? await waitForEnd(session, answer.request) : refused(words, answer.error)
    if (!ended.ok && ended.error.code === 'interrupted') return ended
    await say(ended.lines)
    if (!ended.ok) unfinished.push(name)
  }
  const afterwards = await client.call('reconcile.get', { id: shown.id }, { signal })
  const now = afterwards.ok ? afterwards.reconciliation : reconciliation
  const undecided = now.requests.filter(({ state }) => state === 'submitted').length
  if (isDone && unfinished.length === 0 && undecided === 0) {
    return done({ reconciliation: now }, [{ mark: 'done', text: 'everything that was found is repaired' }])
  }
  const lines: Line[] = [
    ...refusals,
    ...unfinished.map(
      (name): Line => ({ mark: 'failed', text: `cannot repair ${plain(name, 64)}: see above` }),
    ),
    ...(undecided > 0
      ? [{ mark: 'will' as const, text: `repairs that still wait for a decision: ${undecided}` }]
      : []),
    ...(left > 0 ? [{ mark: 'failed' as const, text: `findings that no repair may touch: ${left}` }] : []),
  ]
  return differs(words, now, lines)
}

function outcomeOf(words: Words, reconciliation: ReconciliationView): Outcome {
  const lines = reconciliationLines(words, reconciliation)
  if (reconciliation.outcome === 'clean') return done({ reconciliation }, lines)
  if (reconciliation.outcome !== 'failed') return differs(words, reconciliation, lines)
  const { text } = reconciliationLine(words, reconciliation)
  return failed('roster_unusable', text, { data: { reconciliation }, lines })
}

function differs(words: Words, reconciliation: ReconciliationView, lines: Line[]): Outcome {
  const { text } = reconciliationLine(words, reconciliation)
  return failed('findings', text, { data: { reconciliation }, lines })
}
