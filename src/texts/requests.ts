import type { z } from 'zod'
import type { missingSchema, RequestView } from '../protocol/views.ts'
import { actorText } from './actors.ts'
import { returnedLines } from './differences.ts'
import { timeText } from './duration.ts'
import type { Line } from './line.ts'
import { answerLines } from './people.ts'
import { plain } from './plain.ts'
import { planLines } from './plans.ts'

const STATES: Record<RequestView['state'], string> = {
  draft: 'draft, not submitted yet',
  submitted: 'waits for a decision',
  approved: 'approved',
  denied: 'denied',
  expired: 'expired undecided',
  cancelled: 'cancelled',
}

/** What people read as the state of a request. */
export function requestStateText(state: RequestView['state']): string {
  return STATES[state]
}

/** What the request asks for: `onboard Ada Lovelace as ada (role user)`. */
export function requestSubject(request: RequestView): string {
  const { name, os_user, role } = request.answers
  if (request.kind === 'undo') {
    return `undo run ${request.undo_of ?? '?'}: take ${plain(name, 64)} (${plain(os_user)}) off this host`
  }
  if (request.kind === 'repair') {
    const codes = (request.findings ?? []).map(({ code }) => code)
    const takesOver = codes.includes('entry.unrecorded')
    return takesOver
      ? `take over ${plain(name, 64)} (${plain(os_user)}, role ${plain(role)}), who was put on the roster by hand`
      : `repair ${plain(name, 64)} (${plain(os_user)}, role ${plain(role)})`
  }
  return `onboard ${plain(name, 64)} as ${plain(os_user)} (role ${plain(role)})`
}

/** A request in one line, for lists. */
export function requestLine(request: RequestView): string {
  return `Request ${request.id}: ${requestSubject(request)}: ${STATES[request.state]}`
}

/** What the request still lacks before it runs, one thing a line. */
export function missingText(missing: z.infer<typeof missingSchema>, requestId: number): string {
  switch (missing.kind) {
    case 'approvals':
      return `needs ${missing.need === 1 ? 'an approval' : `${missing.need} approvals`}${missing.have > 0 ? `, has ${missing.have}` : ''}`
    case 'terminal':
      return `needs a confirmation on a terminal: 'sudo usher confirm ${requestId}'`
    case 'consent':
      return `needs the consent of the account's owner: 'usher claim CODE' as that user, or 'sudo usher confirm ${requestId} --reason TEXT'`
    case 'hold':
      return `waits until ${timeText(missing.until)}: any admin may deny it before`
  }
}

/** The request with every answer, who decided, what is missing, and its plan. */
export function requestLines(request: RequestView): Line[] {
  const lines: Line[] = [
    { mark: 'none', text: requestLine(request) },
    {
      mark: 'none',
      text: `asked by ${actorText(request.requester)} at ${timeText(request.created_at)}, revision ${request.revision}, host ${plain(request.host)}`,
      indent: 1,
    },
  ]
  if (request.state === 'draft' || request.state === 'submitted') {
    lines.push({ mark: 'none', text: `lapses at ${timeText(request.expires_at)}`, indent: 1 })
  }
  for (const approval of request.approvals) {
    const where = approval.via === 'terminal' ? 'on a terminal' : 'in chat'
    lines.push({
      mark: 'done',
      text: `approved by ${actorText(approval.by)} ${where} at ${timeText(approval.at)}`,
      indent: 1,
    })
  }
  if (request.decided_by !== null && request.state !== 'approved') {
    lines.push({ mark: 'info', text: `${request.state} by ${actorText(request.decided_by)}`, indent: 1 })
  }
  if (request.reason !== null)
    lines.push({ mark: 'info', text: `because: ${plain(request.reason)}`, indent: 1 })
  lines.push(...indented(returnedLines(request)))
  if (request.state === 'draft' || request.state === 'submitted') {
    for (const missing of request.missing) {
      lines.push({ mark: 'will', text: missingText(missing, request.id), indent: 1 })
    }
  }
  if (request.run_id !== null) lines.push({ mark: 'info', text: `run ${request.run_id}`, indent: 1 })
  return [
    ...lines,
    { mark: 'none', text: 'Answers' },
    ...indented(answerLines(request.answers)),
    { mark: 'none', text: request.kind === 'undo' ? 'Plan of the undo' : 'Plan' },
    ...indented(planLines(request.plan)),
  ]
}

function indented(lines: Line[]): Line[] {
  return lines.map((line) => ({ ...line, indent: (line.indent ?? 0) + 1 }))
}
