import type { Command } from 'commander'
import type { CallResult } from '../../client/client.ts'
import type { OperationInput, OperationOutput } from '../../protocol/operations.ts'
import type { AuditFinding } from '../../protocol/views.ts'
import { auditLine, findingText, headText } from '../../texts/audit.ts'
import type { Line } from '../../texts/line.ts'
import type { Words } from '../../texts/words.ts'
import { done, failed, type Outcome, refused } from '../outcome.ts'
import type { Session } from '../session.ts'
import type { Act, AddVerb } from './act.ts'
import { parseHead, parseId, parseLimit, parseTime } from './arguments.ts'

/** Entries of a page, unless it is said. */
const PAGE = 30

/** Where so much is wrong, the rest is not looked at. */
const MOST_FINDINGS = 20

interface ListOptions {
  person?: string
  request?: number
  run?: number
  type?: string
  from?: number
  to?: number
  before?: number
  limit?: number
}

export const addAudit: AddVerb = (program, act) => {
  const audit = program
    .command('audit')
    .description('the history: who did what when, newest first')
    .option('--person <name>', 'about or by this OS user or Telegram id')
    .option('--request <id>', 'of this request', parseId)
    .option('--run <id>', 'of this run', parseId)
    .option('--type <type>', 'of this type, for example request.approval')
    .option(
      '--from <time>',
      'from this time on: 2026-11-21, "2026-11-21 08:30", or 24h ago as 24h',
      parseTime,
    )
    .option('--to <time>', 'before this time', parseTime)
    .option('--limit <n>', `at most so many, up to 200; default ${PAGE}`, parseLimit)
    .option('--before <id>', 'only what comes after this entry in the list: the next page', parseId)
    .action(act((session, options: ListOptions) => list(session, options)))
  addVerify(audit, act)
}

async function list({ client, signal, words }: Session, options: ListOptions): Promise<Outcome> {
  const input: OperationInput<'audit.list'> = { limit: PAGE, ...options }
  const answer = await client.call('audit.list', input, { signal })
  if (!answer.ok) return refused(words, answer.error)
  const { entries, more } = answer
  const lines = entries.map((entry) => auditLine(words, entry))
  const last = entries.at(-1)
  if (last === undefined) lines.push({ mark: 'info', text: 'nothing of that kind stands in the history' })
  if (more && last !== undefined) {
    lines.push({ mark: 'none', text: `older ones: the same with --before ${last.id}` })
  }
  return done({ entries, more }, lines)
}

function addVerify(audit: Command, act: Act): void {
  audit
    .command('verify')
    .description(
      'whether the history is as it was written; 1 when something was changed, removed, put in or moved',
    )
    .option(
      '--head <id:hash>',
      'a head that was posted earlier: is that history still in this one?',
      parseHead,
    )
    .action(act((session, options: { head?: { id: number; hash: string } }) => verify(session, options.head)))
}

async function verify(
  { client, signal, say, words }: Session,
  head: { id: number; hash: string } | undefined,
): Promise<Outcome> {
  const findings: AuditFinding[] = []
  const checked = { events: 0, requests: 0 }
  let after: OperationOutput<'audit.verify'>['next'] = null
  for (;;) {
    const input: OperationInput<'audit.verify'> = {
      ...(head === undefined ? {} : { head }),
      ...(after === null ? {} : { after }),
    }
    const answer: CallResult<'audit.verify'> = await client.call('audit.verify', input, { signal })
    if (!answer.ok) return refused(words, answer.error)
    findings.push(...answer.findings)
    checked.events += answer.checked.events
    checked.requests += answer.checked.requests
    if (answer.next === null || findings.length >= MOST_FINDINGS)
      return verified(words, answer.head, checked, findings)
    after = answer.next
    await say([{ mark: 'doing', text: `${checked.events} events so far` }])
  }
}

function verified(
  words: Words,
  head: { id: number; hash: string },
  checked: { events: number; requests: number },
  findings: AuditFinding[],
): Outcome {
  const data = { intact: findings.length === 0, checked, findings, head }
  const looked = `${checked.events} events and ${checked.requests} requests`
  const now: Line = { mark: 'info', text: `head: ${headText(head)}` }
  if (findings.length === 0) {
    return done(data, [{ mark: 'done', text: `the history is intact: ${looked} looked at` }, now])
  }
  const message = 'cannot trust the history: it is not as it was written; compare it with a backup'
  return failed('history_broken', message, {
    data,
    lines: [
      { mark: 'failed', text: message },
      ...findings.map((finding): Line => ({ mark: 'failed', text: findingText(words, finding), indent: 1 })),
      { mark: 'info', text: `${looked} looked at`, indent: 1 },
      now,
    ],
  })
}
